//! What the examples share: which merchant calls, and how results are printed.

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use redress::{Client, Merchant};
use serde::Serialize;

/// A client for the merchant whose folder is the first argument or `REDRESS_MERCHANT`, or else
/// for this merchant of a Redress that was started in the current folder.
pub(crate) fn client(mchid: &str) -> Result<Client, Box<dyn Error>> {
    let folder = env::args_os().nth(1).or_else(|| env::var_os("REDRESS_MERCHANT"));
    let folder =
        folder.map_or_else(|| PathBuf::from("redress-data/merchants").join(mchid), PathBuf::from);
    Ok(Client::builder(Merchant::from_folder(folder)?).build()?)
}

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
