//! The chart of accounts: which accounts exist, and their limits. `docs/ledger.md` has the
//! posting rules as a table.

use redress_api::Mchid;

use crate::ledger::{AccountId, Limit};

const BANK: &str = "bank";
const PAYER: &str = "payer:";

/// The bank: where merchants' top-ups come from.
#[must_use]
pub fn bank() -> AccountId {
    AccountId::from_stored(BANK.to_owned())
}

/// The wallet of a payer, named by openid: outside of the system, so without a limit.
#[must_use]
pub fn payer(openid: &str) -> AccountId {
    AccountId::from_stored(format!("{PAYER}{openid}"))
}

/// What a merchant can pay with (可用余额).
#[must_use]
pub fn available(mchid: &Mchid) -> AccountId {
    AccountId::from_stored(format!("merchant:{mchid}:available"))
}

/// Money of a sub-merchant's orders that waits for profit sharing (待分账).
#[must_use]
pub fn frozen(mchid: &Mchid) -> AccountId {
    AccountId::from_stored(format!("merchant:{mchid}:frozen"))
}

/// What a platform pays compensations to sub-merchants, subsidies, and refunds in advance from
/// (运营账户).
#[must_use]
pub fn operation(mchid: &Mchid) -> AccountId {
    AccountId::from_stored(format!("merchant:{mchid}:operation"))
}

/// Whether it is a [`frozen`] account.
#[must_use]
pub fn is_frozen(id: &AccountId) -> bool {
    id.as_str().ends_with(":frozen")
}

/// What an account may not do.
#[must_use]
pub fn limit(id: &AccountId) -> Limit {
    let name = id.as_str();
    if name == BANK || name.starts_with(PAYER) {
        Limit::Unlimited
    } else {
        Limit::DebitsWithinCredits
    }
}
