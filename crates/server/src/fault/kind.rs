//! What can go wrong and when, by the words of the control API and the command line.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What goes wrong, by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A connection is reset before a byte of it is read.
    HangUp,
    /// The head of the request is read, and the connection is reset.
    Refuse,
    /// The request is read, nothing is done, and the connection is reset.
    ResetBefore,
    /// It is done, and the connection is reset before any of the answer is sent.
    ResetAfter,
    /// It is done, and the answer breaks off in the middle of its body.
    CutBody,
    /// It takes longer, before it is done or after it.
    Slow,
    /// Another status in the place of the answer, before it is done or after it.
    Status,
    /// The answer's signature is wrong.
    WrongSignature,
    /// The answer is signed with a key that nobody knows.
    UnknownSerial,
    /// The answer was signed an hour ago.
    Stale,
    /// The answer is not signed.
    Unsigned,
    /// The answer is a probe of the signature check.
    Probe,
    /// 202 in the place of 200.
    Accepted,
}

/// When something is done, seen from the commit of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing has been done yet.
    Before,
    /// It is done for good.
    After,
}

/// A word that none of them has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such word")]
pub struct UnknownWord;

impl Kind {
    /// All, in the order of their stages.
    pub const ALL: [Self; 13] = [
        Self::HangUp,
        Self::Refuse,
        Self::ResetBefore,
        Self::ResetAfter,
        Self::CutBody,
        Self::Slow,
        Self::Status,
        Self::WrongSignature,
        Self::UnknownSerial,
        Self::Stale,
        Self::Unsigned,
        Self::Probe,
        Self::Accepted,
    ];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HangUp => "hang_up",
            Self::Refuse => "refuse",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::CutBody => "cut_body",
            Self::Slow => "slow",
            Self::Status => "status",
            Self::WrongSignature => "wrong_signature",
            Self::UnknownSerial => "unknown_serial",
            Self::Stale => "stale",
            Self::Unsigned => "unsigned",
            Self::Probe => "probe",
            Self::Accepted => "accepted",
        }
    }

    /// What happens, for a line of help.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::HangUp => "A new connection is reset before a byte of it is read",
            Self::Refuse => "The head of the request is read, and the connection is reset",
            Self::ResetBefore => {
                "The request is read, nothing is done, and the connection is reset"
            }
            Self::ResetAfter => {
                "It is done, and the connection is reset before any of the answer is sent"
            }
            Self::CutBody => "It is done, and the answer breaks off in the middle of its body",
            Self::Slow => "It takes longer: --delay-ms, before it is done or after it",
            Self::Status => "--status in the place of the answer, before it is done or after it",
            Self::WrongSignature => "The answer's signature is wrong",
            Self::UnknownSerial => "The answer is signed with a key that nobody knows",
            Self::Stale => "The answer was signed an hour ago",
            Self::Unsigned => "The answer is not signed",
            Self::Probe => "The answer is a probe of the signature check (签名探测)",
            Self::Accepted => "202 in the place of 200",
        }
    }
}

impl Stage {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Before, Self::After];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }

    /// What the ledger has then, for a line of help.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Before => "Nothing is done yet",
            Self::After => "It is done for good",
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(UnknownWord)
    }
}

impl FromStr for Stage {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word).ok_or(UnknownWord)
    }
}
