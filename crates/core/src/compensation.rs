//! Compensation bills: their states, their money, and the operations on them.
//!
//! A bill that is not final holds its amount on the sponsor's account; a final one holds nothing.

mod bill;
mod merchant;
mod merchant_bill;
mod operations;
mod pre_transfer;
mod steps;

pub use bill::{Bill, Close, Content, Event, PreOrder, next};
pub(crate) use merchant::pay_merchant;
pub use merchant_bill::{MerchantBill, MerchantContent, MerchantEvent, merchant_next};
pub use pre_transfer::{Package, PackageAnswers};
pub use steps::{Answer, PayerAnswers, Step};

/// How long a bill waits for its payer: 24 hours, in seconds.
pub const CONFIRM_SECONDS_MAX: i64 = 24 * 3600;
