//! What a provider's number in the ledger stands for: the merchant's own number, and why.

use redress_api::Mchid;

use crate::command::{Command, Stop};
use crate::compensation::{Bill, MerchantBill};
use crate::context::Context;
use crate::number::Number;
use crate::order::Order;
use crate::refund::Refund;
use crate::row::Row as _;
use crate::sharing::{Share, ShareReturn};
use crate::subsidy;

/// The kinds of row that own a number which transfers refer to.
const KINDS: [&str; 8] = [
    Order::KIND,
    Refund::KIND,
    Bill::KIND,
    MerchantBill::KIND,
    Share::KIND,
    ShareReturn::KIND,
    subsidy::Payment::KIND,
    subsidy::Return::KIND,
];

/// What stands behind a reference of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// The merchant that asked for it.
    pub owner: Mchid,
    /// 业务凭证号: that merchant's number.
    pub number: String,
    /// 备注.
    pub remark: String,
}

/// Looks up what stands behind a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explain {
    /// The reference.
    pub reference: String,
}

impl Command for Explain {
    type Outcome = Option<Voucher>;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Self::Outcome, Stop> {
        for kind in KINDS {
            let row_id = Number::row_id(kind, &self.reference);
            let Some(Number { owner, leads_to, .. }) = cx.get::<Number>(&row_id)? else {
                continue;
            };
            let remark = if kind == Bill::KIND {
                let bill: Option<Bill> = cx.get(&leads_to)?;
                bill.map(|bill| bill.content.transfer_remark.to_string())
            } else {
                None
            };
            // Rows that merchants number are numbered MERCHANT/NUMBER.
            let number = leads_to.rsplit('/').next().unwrap_or_default().to_owned();
            let remark = remark.unwrap_or_default();
            return Ok(Some(Voucher { owner, number, remark }));
        }
        Ok(None)
    }
}
