//! The domain of Redress: a ledger, orders and what comes of them (refunds, profit sharing,
//! subsidies, compensations), merchants and what they are told, and the rules between them.
//!
//! Everything here is pure. A [`Command`] decides on the rows it asks for and answers with an
//! outcome and the [`Changes`] to write; time and chance come in through the [`Frame`]. So the
//! same rule runs in a group commit, in a retry, and ten thousand times in a simulation.

pub mod audit;
pub mod books;
pub mod chart;
pub mod clock;
pub mod combine;
pub mod command;
pub mod compensation;
pub mod context;
pub mod fund;
pub mod job;
pub mod ledger;
pub mod merchant;
pub mod notice;
pub mod number;
pub mod order;
pub mod payer;
pub mod refund;
pub mod refusal;
pub mod row;
pub mod sharing;
pub mod statement;
pub mod subsidy;
pub mod tenant;
pub mod trial;

pub use command::{Admit, Call, Command, Find, Frame, Operation, attempt, attempt_with_due};
pub use context::Context;
pub use job::Job;
pub use ledger::{Account, AccountId, Transfer, TransferId};
pub use refusal::Refusal;
pub use row::{Changes, Found, Key, Lookup, Rows, Stored};
