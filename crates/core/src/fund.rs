//! Balances (资金余额): what lies on the accounts of a platform and of its sub-merchants.

use redress_api::fund::{AccountType, Balance, Funds, SubAccountType, SubBalance, SubFunds};
use redress_api::{Fen, Mchid};

use crate::chart;
use crate::command::{Broken, Operation, Stop};
use crate::context::Context;
use crate::ledger::AccountId;
use crate::merchant::Merchant;
use crate::refusal;

/// What can be paid with, and what lies there and cannot: money that is held, and on the basic
/// account (基本账户) the money that waits for profit sharing.
struct Sums {
    available: Fen,
    pending: Fen,
}

fn basic(cx: &mut Context<'_>, mchid: &Mchid) -> Result<Sums, Stop> {
    let Sums { available, pending } = sums(cx, &chart::available(mchid))?;
    let frozen = cx.balance(&chart::frozen(mchid))?.balance();
    let pending = frozen.and_then(|frozen| frozen.plus(pending));
    let overflow = || Broken(format!("the basic account of {mchid} overflows"));
    Ok(Sums { available, pending: pending.ok_or_else(overflow)? })
}

fn sums(cx: &mut Context<'_>, id: &AccountId) -> Result<Sums, Stop> {
    let account = cx.balance(id)?;
    let overflow = || Broken(format!("account {id} overflows"));
    let available = account.available().ok_or_else(overflow)?;
    Ok(Sums { available, pending: account.debits.pending })
}

impl Operation for Balance {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Funds, Stop> {
        let Sums { available, pending } = match self.account_type.known() {
            Some(AccountType::Basic) => basic(cx, &caller.mchid)?,
            Some(AccountType::Operation) => sums(cx, &chart::operation(&caller.mchid))?,
            Some(AccountType::Fees) | None => {
                return Err(refusal::ACCOUNT_NOT_OPEN.plain().into());
            }
        };
        Ok(Funds { available_amount: available, pending_amount: Some(pending) })
    }
}

impl Operation for SubBalance {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<SubFunds, Stop> {
        if !caller.sub_merchants.contains(&self.sub_mchid) {
            return Err(refusal::BALANCE_OF_STRANGER.plain().into());
        }
        let account_type =
            self.account_type.clone().unwrap_or_else(|| SubAccountType::Basic.into());
        let Sums { available, pending } = match account_type.known() {
            Some(SubAccountType::Basic) => basic(cx, &self.sub_mchid)?,
            Some(SubAccountType::Operation) => sums(cx, &chart::operation(&self.sub_mchid))?,
            Some(SubAccountType::Fees | SubAccountType::Deposit) | None => {
                return Err(refusal::ACCOUNT_NOT_OPEN.plain().into());
            }
        };
        Ok(SubFunds {
            sub_mchid: self.sub_mchid.clone(),
            available_amount: available,
            pending_amount: Some(pending),
            account_type: Some(account_type),
        })
    }
}
