//! Where worlds are kept, and how one moves.

use clap::{Args as ClapArgs, Subcommand};
use redress_store::Location;

use super::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Copy a world to another place, whole or not at all: from a file to PostgreSQL, back, or to
    /// another of the same.
    ///
    /// Stop the servers first: what they write meanwhile is not copied. The place must be empty. The
    /// audit that `redress verify` runs is run on both sides, and the copy is kept only if it says
    /// the same of both. Keys and the merchants' folders are files, and stay in the data folder.
    #[command(after_help = "Examples:\n  \
        redress store copy ./redress-data/redress.db postgres://redress@db.internal/redress\n  \
        redress store copy postgres://redress@db.internal/redress ./copy.db --json")]
    Copy(StoreCopy),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct StoreCopy {
    /// Where the world is: postgres://user@host/database, or the path of an SQLite file.
    #[arg(value_name = "FROM")]
    pub(crate) from: Location,
    /// Where it goes. A file is made; a database must be there.
    #[arg(value_name = "TO")]
    pub(crate) to: Location,
    #[command(flatten)]
    pub(crate) output: Output,
}
