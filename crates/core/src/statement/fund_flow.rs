//! What moved on a merchant's account on a day, and what lay on it after each movement.

use std::collections::{BTreeMap, BTreeSet};

use redress_api::{Day, Fen, Mchid};

use super::print::Table;
use super::voucher::Voucher;
use super::{Explain, Purse};
use crate::chart;
use crate::command::Broken;
use crate::ledger::{AccountId, Phase, Reason, Transfer};

const COLUMNS: [&str; 11] = [
    "记账时间",
    "微信支付业务单号",
    "资金流水单号",
    "业务名称",
    "业务类型",
    "收支类型",
    "收支金额(元)",
    "账户结余(元)",
    "资金变更提交申请人",
    "备注",
    "业务凭证号",
];

const SUMS: [&str; 5] = ["资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"];

/// A movement of the day, with what lay there after it.
struct Line {
    transfer: Transfer,
    is_income: bool,
    balance: Fen,
}

/// The movements of a day, as they are collected from all transfers of the accounts.
pub struct Funds {
    day: Day,
    accounts: Vec<AccountId>,
    balance: Fen,
    lines: Vec<Line>,
}

impl Funds {
    /// None yet.
    #[must_use]
    pub fn new(mchid: &Mchid, purse: Purse, day: Day) -> Self {
        let accounts = match purse {
            Purse::Basic => vec![chart::available(mchid), chart::frozen(mchid)],
            Purse::Operation => vec![chart::operation(mchid)],
        };
        Self { day, accounts, balance: Fen::ZERO, lines: Vec::new() }
    }

    /// The accounts whose transfers are to be given, all of them and in their order.
    #[must_use]
    pub fn accounts(&self) -> &[AccountId] {
        &self.accounts
    }

    /// Takes a transfer. What is held has not moved, and what moves between the accounts stays.
    ///
    /// # Errors
    /// If a sum overflows.
    pub fn transfer(&mut self, transfer: &Transfer) -> Result<(), Broken> {
        let moves = match transfer.phase {
            Phase::Posted | Phase::Post(_) => true,
            Phase::Pending | Phase::Void(_) => false,
        };
        let is_income = self.accounts.contains(&transfer.credit);
        if !moves || is_income == self.accounts.contains(&transfer.debit) {
            return Ok(());
        }
        let balance = if is_income {
            self.balance.plus(transfer.amount)
        } else {
            self.balance.minus(transfer.amount)
        };
        self.balance = balance.ok_or_else(overflows)?;
        if Day::of(transfer.at) == self.day {
            let balance = self.balance;
            self.lines.push(Line { transfer: transfer.clone(), is_income, balance });
        }
        Ok(())
    }

    /// What has to be looked up for the lines.
    #[must_use]
    pub fn explain(&self) -> Vec<Explain> {
        let references: BTreeSet<_> =
            self.lines.iter().map(|line| line.transfer.reference.clone()).collect();
        references.into_iter().map(|reference| Explain { reference }).collect()
    }

    /// The file, with what was found by reference; none if nothing moved on that day.
    ///
    /// # Errors
    /// If a sum overflows.
    pub fn finish(self, vouchers: &BTreeMap<String, Voucher>) -> Result<Option<String>, Broken> {
        if self.lines.is_empty() {
            return Ok(None);
        }
        let mut table = Table::default();
        table.head(COLUMNS);
        let (mut income, mut expense) = ((0_u64, Fen::ZERO), (0_u64, Fen::ZERO));
        for line in &self.lines {
            let Line { transfer, is_income, balance } = line;
            let (count, sum) = if *is_income { &mut income } else { &mut expense };
            *count += 1;
            *sum = sum.plus(transfer.amount).ok_or_else(overflows)?;
            let voucher = vouchers.get(&transfer.reference);
            let (name, kind) = business(transfer.reason);
            table.row([
                transfer.at.in_statements(),
                transfer.reference.clone(),
                transfer.id.to_string(),
                name.to_owned(),
                kind.to_owned(),
                if *is_income { "收入" } else { "支出" }.to_owned(),
                transfer.amount.to_string(),
                balance.to_string(),
                applicant(transfer.reason, voucher),
                remark(transfer, voucher),
                voucher.map_or_else(String::new, |voucher| voucher.number.clone()),
            ]);
        }
        table.head(SUMS);
        table.row([
            self.lines.len().to_string(),
            income.0.to_string(),
            income.1.to_string(),
            expense.0.to_string(),
            expense.1.to_string(),
        ]);
        Ok(Some(table.into_text()))
    }
}

fn overflows() -> Broken {
    Broken("a sum of a statement overflows".to_owned())
}

/// 业务名称 and 业务类型.
const fn business(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::TopUp => ("充值", "充值"),
        Reason::Payment => ("交易", "交易"),
        Reason::Refund => ("退款", "退款"),
        Reason::Reversal => ("撤销", "退款"),
        Reason::Compensation => ("商家赔付", "商家赔付"),
        Reason::Subsidy => ("补差", "补差"),
        Reason::SubsidyReturn => ("补差回退", "补差"),
        Reason::Sharing => ("分账", "分账"),
        Reason::SharingReturn => ("分账回退", "分账"),
        Reason::Unfreeze => ("解冻", "分账"),
    }
}

/// 资金变更提交申请人: the interface and whose, or nobody.
fn applicant(reason: Reason, voucher: Option<&Voucher>) -> String {
    match (reason, voucher) {
        (Reason::TopUp | Reason::Payment | Reason::Unfreeze, _) | (_, None) => "system".to_owned(),
        (_, Some(voucher)) => format!("{}API", voucher.owner),
    }
}

fn remark(transfer: &Transfer, voucher: Option<&Voucher>) -> String {
    if transfer.reason == Reason::Refund {
        return format!("退款总金额{}元;含手续费0.00元", transfer.amount);
    }
    voucher.map_or_else(String::new, |voucher| voucher.remark.clone())
}
