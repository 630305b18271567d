//! How results are printed.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use serde::Serialize;

/// Prints the response, or what went wrong, whether it was done all the same, and what to do next.
pub(crate) fn finish<T: Serialize>(result: Result<T, Box<dyn Error>>) -> ExitCode {
    match result.and_then(|response| print(&response)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is no better place to report that stderr is closed.
            let _ = explain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

fn print<T: Serialize>(response: &T) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(io::stdout(), "{}", serde_json::to_string_pretty(response)?)?)
}

fn explain(error: &(dyn Error + 'static)) -> io::Result<()> {
    let mut out = io::stderr().lock();
    writeln!(out, "error: {error}")?;
    let mut cause = error.source();
    while let Some(error) = cause {
        writeln!(out, "  because: {error}")?;
        cause = error.source();
    }
    if let Some(error) = error.downcast_ref::<redress::Error>() {
        let fate = error.fate();
        writeln!(out, "the request: {fate}")?;
        writeln!(out, "next: {}", fate.advice())?;
    }
    Ok(())
}
