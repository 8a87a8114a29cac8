//! The `mirante` program: see `cli`.

mod cli;

#[global_allocator]
static ALLOCATOR: cli::allocations::Counting = cli::allocations::Counting;

fn main() -> std::process::ExitCode {
    cli::main()
}
