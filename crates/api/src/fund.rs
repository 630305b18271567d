//! Funds (资金): what lies on the accounts of a platform and of its sub-merchants.

mod balance;
mod sub_balance;

pub use balance::{AccountType, Balance, Funds};
pub use sub_balance::{SubAccountType, SubBalance, SubFunds};
