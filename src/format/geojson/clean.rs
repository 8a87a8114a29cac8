//! What is nearly JSON to JSON: bare `NaN`, `Infinity` and `-Infinity` (as Python writes them) become `null`, record
//! separators (RFC 8142) and a byte order mark become blanks.

use std::io::{self, BufRead, Read};

pub(super) struct Clean<R> {
    source: R,
    state: Place,
    /// What is to be given next, before more is read.
    ahead: Vec<u8>,
    given: usize,
    first: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Text,
    /// Behind a backslash in a text.
    Escape,
}

impl<R: BufRead> Clean<R> {
    pub fn new(source: R) -> Self {
        Self { source, state: Place::Outside, ahead: Vec::new(), given: 0, first: true }
    }

    /// Takes the next bytes of the source, cleaned, into `ahead`.
    fn refill(&mut self) -> io::Result<()> {
        self.ahead.clear();
        self.given = 0;
        let bytes = self.source.fill_buf()?;
        let length = bytes.len();
        self.ahead.extend_from_slice(bytes);
        self.source.consume(length);
        if std::mem::take(&mut self.first) && self.ahead.starts_with(&[0xef, 0xbb, 0xbf]) {
            self.ahead[..3].fill(b' ');
        }
        let mut at = 0;
        while at < self.ahead.len() {
            let byte = self.ahead[at];
            self.state = match (self.state, byte) {
                (Place::Text, b'\\') => Place::Escape,
                (Place::Escape, _) => Place::Text,
                (Place::Text, b'"') => Place::Outside,
                (Place::Text, _) => Place::Text,
                (Place::Outside, b'"') => Place::Text,
                (Place::Outside, b'\x1e') => {
                    self.ahead[at] = b' ';
                    Place::Outside
                }
                (Place::Outside, b'N' | b'I' | b'-') => {
                    self.word(at)?;
                    Place::Outside
                }
                (Place::Outside, _) => Place::Outside,
            };
            at += 1;
        }
        Ok(())
    }

    /// Replaces a word that begins at `at`; it may go on in the source's next bytes.
    fn word(&mut self, at: usize) -> io::Result<()> {
        const WORDS: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];
        while self.ahead.len() - at < 9 {
            let bytes = self.source.fill_buf()?;
            let more = bytes.len().min(9);
            if more == 0 {
                break;
            }
            self.ahead.extend_from_slice(&bytes[..more]);
            self.source.consume(more);
        }
        if let Some(word) = WORDS.iter().find(|word| self.ahead[at..].starts_with(word)) {
            self.ahead.splice(at..at + word.len(), *b"null");
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Clean<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.ahead.len() {
            self.refill()?;
        }
        let amount = out.len().min(self.ahead.len() - self.given);
        out[..amount].copy_from_slice(&self.ahead[self.given..self.given + amount]);
        self.given += amount;
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn cleaned(text: &str, buffer: usize) -> String {
        let mut out = String::new();
        Clean::new(BufReader::with_capacity(buffer, text.as_bytes())).read_to_string(&mut out).expect("memory");
        out
    }

    #[test]
    fn bare_words_become_null_wherever_the_buffer_ends() {
        let text = r#"[NaN,-Infinity,Infinity,"NaN \" NaN",1]"#;
        for buffer in 2..50 {
            let value: serde_json::Value = serde_json::from_str(&cleaned(text, buffer)).expect("it is JSON now");
            assert_eq!(value, serde_json::json!([null, null, null, "NaN \" NaN", 1]), "buffer of {buffer}");
        }
    }

    #[test]
    fn marks_become_blanks() {
        assert_eq!(cleaned("\u{feff}\x1e{}\n\x1e{}", 64), "    {}\n {}");
    }
}
