//! Which merchant calls.

use std::env;
use std::path::PathBuf;

use redress::{FolderError, Merchant};

/// The merchant whose folder is the first argument or `REDRESS_MERCHANT`, or else this merchant of
/// a Redress that was started in the current folder.
pub(crate) fn merchant(mchid: &str) -> Result<Merchant, FolderError> {
    let folder = env::args_os().nth(1).or_else(|| env::var_os("REDRESS_MERCHANT"));
    let folder =
        folder.map_or_else(|| PathBuf::from("redress-data/merchants").join(mchid), PathBuf::from);
    Merchant::from_folder(folder)
}
