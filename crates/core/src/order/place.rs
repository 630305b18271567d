//! Placing an order for the control API, as if a payer had acted.

use redress_api::{Appid, Fen, Mchid, OutTradeNo, TransactionId};
use serde::{Deserialize, Serialize};

use super::{New, Order, Step, TradeState, TradeType, actions, is_openid};
use crate::command::{Command, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::number;
use crate::payer;
use crate::refund;
use crate::refusal;
use crate::subsidy::Subsidy;

/// What the payer has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Paid.
    #[default]
    Paid,
    /// Not paid yet. A code payment waits for the password.
    Unpaid,
    /// Tried and failed; code payments only.
    Failed,
}

/// Places an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The merchant that places it.
    pub mchid: Mchid,
    /// The sub-merchant that sells, if the merchant is a platform.
    #[serde(default)]
    pub sub_mchid: Option<Mchid>,
    /// The application.
    pub appid: Appid,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// The provider's number; a fresh one when left out. Only for paid orders.
    #[serde(default)]
    pub transaction_id: Option<TransactionId>,
    /// How it is paid.
    pub trade_type: TradeType,
    /// What the payer has done.
    #[serde(default)]
    pub outcome: Outcome,
    /// In fen.
    pub amount: Fen,
    /// Who pays: an openid of 1–128 letters, digits, `_` and `-`.
    pub payer: String,
    /// Whether its money waits for profit sharing.
    #[serde(default)]
    pub profit_sharing: bool,
    /// The subsidy that it announces, in fen; needs profit sharing.
    #[serde(default)]
    pub subsidy_amount: Option<Fen>,
    /// How much of it has gone back, in fen; needs a paid order.
    #[serde(default)]
    pub refunded: Option<Fen>,
}

impl Place {
    fn invalid(&self) -> Option<&'static str> {
        let paid = self.outcome == Outcome::Paid;
        let in_order = |amount: Fen| amount.is_positive() && amount <= self.amount;
        if !self.amount.is_positive() || self.amount.get() > 100_000_000_000 {
            Some("amount has 1 to 100000000000 fen")
        } else if !is_openid(&self.payer) {
            Some("payer is an openid: 1 to 128 letters, digits, _ and -")
        } else if self.outcome == Outcome::Failed && self.trade_type != TradeType::Micropay {
            Some("only a MICROPAY order can be failed")
        } else if !paid && (self.transaction_id.is_some() || self.refunded.is_some()) {
            Some("transaction_id and refunded need a paid order")
        } else if self.refunded.is_some_and(|amount| !in_order(amount)) {
            Some("refunded has 1 fen up to the amount of the order")
        } else if self.subsidy_amount.is_some_and(|amount| !in_order(amount)) {
            Some("subsidy_amount has 1 fen up to the amount of the order")
        } else if self.subsidy_amount.is_some() && !self.profit_sharing {
            Some("subsidy_amount needs profit_sharing")
        } else if self.subsidy_amount.is_some() && self.trade_type == TradeType::Micropay {
            Some("subsidy_amount needs an order that is not paid by code")
        } else {
            None
        }
    }

    fn order(&self, cx: &Context<'_>) -> Order {
        let new = New {
            mchid: &self.mchid,
            sub_mchid: self.sub_mchid.as_ref(),
            appid: &self.appid,
            out_trade_no: &self.out_trade_no,
            trade_type: self.trade_type,
            amount: self.amount,
        };
        let mut order = Order {
            payer: Some(self.payer.clone()),
            subsidy: self.subsidy_amount.map(Subsidy::announced),
            profit_sharing: self.profit_sharing,
            ..Order::placed(new, cx.now())
        };
        match self.outcome {
            Outcome::Unpaid => {}
            Outcome::Failed => order.state = TradeState::PayError,
            // Only an order that nobody was asked to pay yet can be paid without being asked.
            Outcome::Paid => order.state = TradeState::NotPay,
        }
        order
    }

    /// Checks who sells, and that the number is free.
    fn admit(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        if let Some(what) = self.invalid() {
            return Err(refusal::control_invalid(what).into());
        }
        let Some(merchant) = cx.get::<Merchant>(self.mchid.as_str())? else {
            let what = format!("there is no merchant {}", self.mchid);
            return Err(refusal::control_unknown(what).into());
        };
        if !merchant.appids.contains(&self.appid) {
            let what = format!("{} is no appid of {}", self.appid, self.mchid);
            return Err(refusal::control_conflict(what).into());
        }
        if let Some(sub_mchid) = &self.sub_mchid
            && !merchant.sub_merchants.contains(sub_mchid)
        {
            let what = format!("{sub_mchid} is no sub-merchant of {}", self.mchid);
            return Err(refusal::control_conflict(what).into());
        }
        if cx.get::<Order>(&Order::row_id(&self.mchid, &self.out_trade_no))?.is_some() {
            let what = format!("{} has an order {} already", self.mchid, self.out_trade_no);
            return Err(refusal::control_conflict(what).into());
        }
        Ok(())
    }
}

impl Command for Place {
    type Outcome = Order;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Order, Stop> {
        self.admit(cx)?;
        let mut order = self.order(cx);
        payer::meet(cx, &self.payer)?;
        if self.outcome == Outcome::Paid {
            match &self.transaction_id {
                Some(given) => pay_as(cx, &mut order, given)?,
                None => actions::pay(cx, &mut order)?,
            }
        }
        if let Some(amount) = self.refunded {
            refund::place(cx, &mut order, amount)?;
        }
        if order.state == TradeState::NotPay {
            cx.schedule(order.payable_until(), Step::Close.of(&order));
        }
        cx.put(&order)?;
        Ok(order)
    }
}

/// The payer pays, and the payment gets the number that was asked for, if it is free.
fn pay_as(
    cx: &mut Context<'_>,
    order: &mut Order,
    transaction_id: &TransactionId,
) -> Result<(), Stop> {
    if number::is_taken::<Order>(cx, transaction_id.as_str())? {
        let what = format!("there is a transaction {transaction_id} already");
        return Err(refusal::control_conflict(what).into());
    }
    actions::pay_as(cx, order, transaction_id.clone())
}
