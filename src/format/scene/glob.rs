//! Patterns over entity ids: `*` is any run of characters (also none), `?` any one character, `\` takes the next
//! character as it is. A character is a Unicode scalar value; case counts.
//!
//! Matching goes back only to the last `*` seen, so it takes at most pattern length × id length steps and no memory;
//! patterns are at most [`Glob::MAX_LEN`] characters.

use std::fmt;

use super::text::text_form;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Glob {
    text: String,
    tokens: Vec<Token>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Token {
    Literal(char),
    AnyOne,
    AnyRun,
}

text_form! {
    Glob {
        format: "mirante-glob",
        expected: "an id, or a pattern such as \"agv-*\" (* any characters, ? any one, \\ before one that is meant as it is)",
        pattern: "^(\\\\.|[^\\\\])+$",
        description: "An entity's id, or a pattern of ids: `*` stands for any characters, `?` for any one, `\\` takes the next one as it is.",
    }
}

impl Glob {
    /// The longest pattern, in characters.
    pub const MAX_LEN: usize = 256;

    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is empty and matches nothing".to_string());
        }
        if text.chars().nth(Self::MAX_LEN).is_some() {
            return Err(format!("it is longer than {} characters", Self::MAX_LEN));
        }
        let mut tokens = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let token = match c {
                '*' => Token::AnyRun,
                '?' => Token::AnyOne,
                '\\' => Token::Literal(chars.next().ok_or("nothing follows the \\ at its end")?),
                c => Token::Literal(c),
            };
            if token != Token::AnyRun || tokens.last() != Some(&Token::AnyRun) {
                tokens.push(token);
            }
        }
        Ok(Self { text: text.to_string(), tokens })
    }

    /// Whether the whole id fits.
    pub fn matches(&self, id: &str) -> bool {
        let mut tokens = self.tokens.as_slice();
        let mut rest = id.chars();
        // Where to go on when the last `*` takes one character more.
        let mut retry: Option<(&[Token], std::str::Chars<'_>)> = None;
        loop {
            if let Some((Token::AnyRun, after)) = tokens.split_first() {
                if after.is_empty() {
                    return true;
                }
                tokens = after;
                retry = Some((after, rest.clone()));
                continue;
            }
            let mut ahead = rest.clone();
            match (tokens.split_first(), ahead.next()) {
                (None, None) => return true,
                (Some((token, after)), Some(c)) if token.takes(c) => {
                    tokens = after;
                    rest = ahead;
                }
                _ => {
                    let Some((after_run, mut from)) = retry.take() else { return false };
                    if from.next().is_none() {
                        return false;
                    }
                    tokens = after_run;
                    rest = from.clone();
                    retry = Some((after_run, from));
                }
            }
        }
    }

    /// Whether certainly every id that `other` matches is matched by `self`.
    ///
    /// True is a proof; false may also mean that it could not be shown (only for patterns that mix `*` and `?`).
    pub fn covers(&self, other: &Self) -> bool {
        // The same walk as `matches`, over the other pattern's tokens: its `*` can only be taken by a `*` of ours.
        let mut tokens = self.tokens.as_slice();
        let mut rest = other.tokens.as_slice();
        let mut retry: Option<(&[Token], &[Token])> = None;
        loop {
            if let Some((Token::AnyRun, after)) = tokens.split_first() {
                tokens = after;
                retry = Some((after, rest));
                continue;
            }
            match (tokens.split_first(), rest.split_first()) {
                (None, None) => return true,
                (Some((ours, after)), Some((theirs, ahead))) if ours.takes_token(*theirs) => {
                    tokens = after;
                    rest = ahead;
                }
                _ => {
                    let Some((after_run, from)) = retry else { return false };
                    let Some((_, from)) = from.split_first() else { return false };
                    tokens = after_run;
                    rest = from;
                    retry = Some((after_run, from));
                }
            }
        }
    }

    /// How many tokens it has: the measure of what a comparison costs.
    #[allow(clippy::len_without_is_empty, reason = "a pattern is never empty")]
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether it matches every id.
    pub fn matches_all(&self) -> bool {
        self.tokens == [Token::AnyRun]
    }
}

impl Token {
    fn takes(self, c: char) -> bool {
        match self {
            Self::Literal(own) => own == c,
            Self::AnyOne => true,
            Self::AnyRun => false,
        }
    }

    fn takes_token(self, other: Token) -> bool {
        match (self, other) {
            (Self::AnyRun, _) | (_, Self::AnyRun) => false,
            (Self::AnyOne, _) => true,
            (Self::Literal(own), Self::Literal(c)) => own == c,
            (Self::Literal(_), Self::AnyOne) => false,
        }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
