//! What the examples share: which merchant calls, and how results are printed.

mod folder;
mod print;

use std::error::Error;

use redress::Client;

pub(crate) use print::finish;

/// A client for the merchant whose folder is the first argument or `REDRESS_MERCHANT`, or else
/// for this merchant of a Redress that was started in the current folder.
pub(crate) fn client(mchid: &str) -> Result<Client, Box<dyn Error>> {
    Ok(Client::builder(folder::merchant(mchid)?).build()?)
}
