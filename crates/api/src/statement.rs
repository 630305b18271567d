//! Statements (账单): the day's trades and the day's movements of money, as files.

use crate::field::message;
use crate::text::text;
use crate::time::Day;
use crate::word::{Open, words};

mod download;
mod fund_flow;
mod trade;

pub use download::{Download, DownloadToken, File, Tartype};
pub use fund_flow::{AccountType, FundFlow};
pub use trade::{BillType, Trade};

text! {
    /// The day of a statement, as its ten characters; see [`BillDate::day`].
    BillDate, Bytes 10..=10, r"^\d{4}-\d{2}-\d{2}$",
    |text| text.bytes().enumerate().all(|(place, b)| match place {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    })
}

impl BillDate {
    /// The day, if the calendar has it.
    #[must_use]
    pub fn day(&self) -> Option<Day> {
        self.as_str().parse().ok()
    }

    /// That the calendar has the day.
    fn check(&self) -> Result<(), crate::error::ParamError> {
        if self.day().is_some() {
            return Ok(());
        }
        let message =
            "输入源“/query/bill_date”映射到值字段“账单日期”字符串规则校验失败，不是合法的日期";
        let location = Some(crate::field::Source::Query.name());
        Err(crate::error::ParamError::new(message.to_owned(), location, self.as_str().into()))
    }
}

impl From<Day> for BillDate {
    fn from(day: Day) -> Self {
        Self(day.to_string().into())
    }
}

words! {
    /// How a file is packed.
    pub enum TarType {
        /// With gzip.
        Gzip = "GZIP",
    }
}

words! {
    /// What the value of [`Statement::hash_value`] is.
    pub enum HashType {
        /// Forty hexadecimal digits.
        Sha1 = "SHA1",
    }
}

message! {
    /// Where a file lies, and what it must be.
    pub struct Statement {
        /// Which hash.
        pub hash_type: Open<HashType> = "哈希类型",
        /// Of the file as it is before it is packed.
        pub hash_value: String = "哈希值",
        /// For five minutes.
        pub download_url: String = "下载地址",
    }
}
