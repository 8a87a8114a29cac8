#[test]
fn show() {
    println!("{}", serde_json::to_string_pretty(&super::schema()).unwrap());
}
