//! Jobs: what time does by itself. They are stored with the change that schedules them.

use redress_api::combine::CombineOutTradeNo;
use redress_api::sharing::{OutOrderNo, OutReturnNo};
use redress_api::{Mchid, OutBillNo, OutRefundNo, OutTradeNo};
use serde::{Deserialize, Serialize};

use crate::combine::{self, Combined};
use crate::command::{Broken, Command, Stop};
use crate::compensation::{self, Bill, MerchantBill};
use crate::context::Context;
use crate::notice::Notice;
use crate::order::{self, Order};
use crate::refund::{self, Refund};
use crate::row::Key;
use crate::sharing::{self, Share, ShareReturn};

/// Something to do at a moment of business time. Data: it is stored as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Job {
    /// Move a compensation bill on.
    Bill {
        /// The platform.
        sp_mchid: Mchid,
        /// Its number of the bill.
        out_bill_no: OutBillNo,
        /// How.
        step: compensation::Step,
    },
    /// Pay a sub-merchant's compensation.
    MerchantBill {
        /// The platform.
        sp_mchid: Mchid,
        /// Its number of the compensation.
        out_bill_no: OutBillNo,
    },
    /// Move an order on.
    Order {
        /// The merchant that placed it.
        mchid: Mchid,
        /// Its number of the order.
        out_trade_no: OutTradeNo,
        /// How.
        step: order::Step,
    },
    /// Move a combined order on.
    Combined {
        /// The merchant that placed it.
        mchid: Mchid,
        /// Its number of the combined order.
        out_trade_no: CombineOutTradeNo,
        /// How.
        step: combine::Step,
    },
    /// Move a share of an order on.
    Share {
        /// The platform.
        sp_mchid: Mchid,
        /// Its number of the share.
        out_order_no: OutOrderNo,
        /// How.
        step: sharing::ShareStep,
    },
    /// Move a return of shared money on.
    ShareReturn {
        /// The platform.
        sp_mchid: Mchid,
        /// Its number of the return.
        out_return_no: OutReturnNo,
        /// How.
        step: sharing::ShareReturnStep,
    },
    /// Bring a refund to its payer.
    Refund {
        /// The merchant that asked for it.
        mchid: Mchid,
        /// Its number of the refund.
        out_refund_no: OutRefundNo,
    },
    /// Tell a merchant. The server does it, because it takes a connection; what came of it is
    /// kept by [`notice::Record`](crate::notice::Record).
    Notify {
        /// The notice.
        id: String,
    },
}

impl Job {
    /// Whether a rule does it, rather than the server.
    #[must_use]
    pub const fn is_for_a_rule(&self) -> bool {
        !matches!(self, Self::Notify { .. })
    }
}

/// A job that finds its work done, or no longer to be done, changes nothing.
impl Command for Job {
    type Outcome = ();

    fn tenant(&self) -> &str {
        crate::tenant::of_job(self)
    }

    fn looks_at(&self) -> Vec<Key> {
        vec![match self {
            Self::Bill { sp_mchid, out_bill_no, .. } => {
                Key::of::<Bill>(Bill::row_id(sp_mchid, out_bill_no))
            }
            Self::MerchantBill { sp_mchid, out_bill_no } => {
                Key::of::<MerchantBill>(MerchantBill::row_id(sp_mchid, out_bill_no))
            }
            Self::Order { mchid, out_trade_no, .. } => {
                Key::of::<Order>(Order::row_id(mchid, out_trade_no))
            }
            Self::Combined { mchid, out_trade_no, .. } => {
                Key::of::<Combined>(Combined::row_id(mchid, out_trade_no))
            }
            Self::Share { sp_mchid, out_order_no, .. } => {
                Key::of::<Share>(Share::row_id(sp_mchid, out_order_no))
            }
            Self::ShareReturn { sp_mchid, out_return_no, .. } => {
                Key::of::<ShareReturn>(ShareReturn::row_id(sp_mchid, out_return_no))
            }
            Self::Refund { mchid, out_refund_no } => {
                Key::of::<Refund>(Refund::row_id(mchid, out_refund_no))
            }
            Self::Notify { id } => Key::of::<Notice>(id.clone()),
        }]
    }

    fn decide(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        match self {
            Self::Bill { sp_mchid, out_bill_no, step } => step.take(cx, sp_mchid, out_bill_no),
            Self::MerchantBill { sp_mchid, out_bill_no } => {
                compensation::pay_merchant(cx, sp_mchid, out_bill_no)
            }
            Self::Order { mchid, out_trade_no, step } => step.take(cx, mchid, out_trade_no),
            Self::Combined { mchid, out_trade_no, step } => step.take(cx, mchid, out_trade_no),
            Self::Share { sp_mchid, out_order_no, step } => step.take(cx, sp_mchid, out_order_no),
            Self::ShareReturn { sp_mchid, out_return_no, step } => {
                step.take(cx, sp_mchid, out_return_no)
            }
            Self::Refund { mchid, out_refund_no } => refund::settle(cx, mchid, out_refund_no),
            Self::Notify { id } => {
                Err(Broken(format!("notice {id} was to be delivered, not decided")).into())
            }
        }
    }
}
