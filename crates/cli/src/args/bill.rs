//! Statements: which, of which day, and where they go.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use redress::api::Mchid;
use redress::api::statement::{AccountType, BillDate, BillType};

use super::{Caller, Output};

#[derive(Debug, Subcommand)]
pub(crate) enum Bill {
    /// The day's payments, refunds and reversals (交易账单).
    Trade(BillTrade),
    /// What moved on an account of the merchant's on a day (资金账单).
    Fundflow(BillFunds),
}

/// Which file, and what becomes of it.
#[derive(Debug, ClapArgs)]
pub(crate) struct BillFile {
    /// The day: 2026-11-25. Its statement can be had from 10:00 of the next day.
    #[arg(long, value_name = "DAY")]
    pub(crate) date: BillDate,
    /// Save the file as it is.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) caller: Caller,
    #[command(flatten)]
    pub(crate) print: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BillTrade {
    /// Which trades.
    #[arg(long = "type", value_name = "TYPE", default_value = "all")]
    pub(crate) kind: Trades,
    /// Only this sub-merchant's.
    #[arg(long, value_name = "MCHID")]
    pub(crate) sub_mchid: Option<Mchid>,
    #[command(flatten)]
    pub(crate) file: BillFile,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BillFunds {
    /// Which account.
    #[arg(long, default_value = "basic")]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) file: BillFile,
}

/// Which trades.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Trades {
    /// Payments and refunds.
    All,
    /// Payments.
    Success,
    /// Refunds and reversals.
    Refund,
}

/// Which account.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Account {
    /// 基本账户.
    Basic,
    /// 运营账户.
    Operation,
    /// 手续费账户.
    Fees,
}

impl From<Trades> for BillType {
    fn from(kind: Trades) -> Self {
        match kind {
            Trades::All => Self::All,
            Trades::Success => Self::Success,
            Trades::Refund => Self::Refund,
        }
    }
}

impl From<Account> for AccountType {
    fn from(account: Account) -> Self {
        match account {
            Account::Basic => Self::Basic,
            Account::Operation => Self::Operation,
            Account::Fees => Self::Fees,
        }
    }
}
