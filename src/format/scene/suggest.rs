//! "Did you mean": the nearest of some known words.

/// The known word nearest to `word`, if it is near enough to be what was meant.
///
/// Nearness is the number of typed letters to change (Damerau-Levenshtein, optimal string alignment), at most a third of
/// the longer word; case and `-` against `_` do not count.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer words are not typing errors of keys; the bound keeps the table small on hostile input.
    const MAX_CHARS: usize = 64;
    let word = plain(word);
    if word.len() > MAX_CHARS {
        return None;
    }
    known
        .filter_map(|candidate| {
            let other = plain(candidate);
            let near = distance(&word, &other);
            // A prefix or a unit left out (`height` for `height_m`) is the commonest slip of all.
            let near = if other.starts_with(&word) && word.len() >= 3 { near.min(1) } else { near };
            (near * 3 <= word.len().max(other.len())).then_some((near, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

fn plain(word: &str) -> Vec<char> {
    word.chars().map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).take(65).collect()
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
