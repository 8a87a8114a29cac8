//! How readers that need several passes get at a file: they open it anew, so that nothing has to be kept.

use std::io::{self, BufRead};

/// Opens the file from its beginning.
pub type Open<'a> = dyn Fn() -> io::Result<Box<dyn BufRead + 'a>> + 'a;
