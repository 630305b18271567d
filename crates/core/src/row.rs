//! Rows: what the domain keeps, how it is named, and how it reaches a decision.

use std::collections::BTreeMap;

use redress_api::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::books::{Entry, Tally};
use crate::job::Job;
use crate::ledger::{Account, AccountId, Transfer, TransferId};

/// An aggregate, stored as JSON under its kind and number.
pub trait Row: Clone + Serialize + DeserializeOwned + 'static {
    /// The kind: names the rows of this type in the store.
    const KIND: &'static str;

    /// Its number, unique within the kind. [`crate::tenant`] tells by it where the row is kept.
    fn id(&self) -> String;

    /// The merchant it belongs to; empty if it belongs to none.
    fn owner(&self) -> &str;

    /// Reads the row of this number as it was printed.
    ///
    /// # Errors
    /// If that is not possible.
    fn read(id: &str, body: &str) -> serde_json::Result<Self> {
        // Most print their number too.
        let _ = id;
        serde_json::from_str(body)
    }

    /// What must be true of it, by itself.
    ///
    /// # Errors
    /// What is not.
    fn check(&self) -> Result<(), String>;

    /// What must be true of the step from `before` to this.
    ///
    /// # Errors
    /// What is not.
    fn follows(&self, before: &Self) -> Result<(), String>;

    /// The money that it has moved, holds or has held: all of it, and nothing else may refer to
    /// its number.
    fn books(&self) -> Vec<Entry> {
        Vec::new()
    }

    /// The provider's number that it owns, if it has one by which it can be found; see
    /// [`crate::number`].
    fn number(&self) -> Option<String> {
        None
    }

    /// Its parts of sums that are nothing over the whole world.
    fn tallies(&self) -> Vec<Tally> {
        Vec::new()
    }

    /// The job that moves it on, if it is for time to do so.
    fn awaits(&self) -> Option<Job> {
        None
    }
}

/// The name of anything a decision may read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// A row: its kind and number.
    Row(&'static str, String),
    /// An account that holds a balance.
    Account(AccountId),
    /// A transfer, to learn whether it still holds money; with the account that it debits, which
    /// tells where it is kept (see [`crate::tenant`]).
    Transfer(AccountId, TransferId),
}

impl Key {
    /// The name of a row of a type.
    pub(crate) const fn of<R: Row>(id: String) -> Self {
        Self::Row(R::KIND, id)
    }
}

/// A row as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// How often it was written; the first time is 1.
    pub version: i64,
    /// JSON.
    pub body: String,
}

/// What a key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A row.
    Row(Stored),
    /// An account.
    Account(Account),
    /// A transfer, and whether a later one has posted or voided it.
    Transfer {
        /// The transfer.
        transfer: Transfer,
        /// Whether it is resolved.
        resolved: bool,
    },
}

/// What a look at a key gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Not known yet: the attempt stops and the store loads it.
    Unloaded,
    /// There is nothing.
    Absent,
    /// There it is.
    Found(Found),
}

/// Where a decision reads from. Deliberately not `Send`: an attempt never crosses an `await`.
pub trait Rows {
    /// Looks at one key.
    fn look(&mut self, key: &Key) -> Lookup;
}

/// One row to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// See [`Row::owner`].
    pub owner: String,
    /// The version that it replaces; 0 creates it.
    pub replaces: i64,
    /// JSON.
    pub body: String,
}

/// What an attempt wants written: all of it in one transaction, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The moment of the change, for the rows' time stamps.
    pub now: Option<Timestamp>,
    /// Rows, by kind and number.
    pub puts: BTreeMap<(&'static str, String), Put>,
    /// New balances of accounts; the flag says whether the account is new.
    pub accounts: BTreeMap<AccountId, (Account, bool)>,
    /// New transfers, in order.
    pub transfers: Vec<Transfer>,
    /// New jobs.
    pub jobs: Vec<(Timestamp, Job)>,
}

impl Changes {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.puts.is_empty()
            && self.accounts.is_empty()
            && self.transfers.is_empty()
            && self.jobs.is_empty()
    }
}
