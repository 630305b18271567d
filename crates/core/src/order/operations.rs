//! Query, close and reverse of a direct merchant, as their pages define them.

use redress_api::pay::{self, Amount, Close, Closed, Payer, Query, QueryById, Reverse, Reversed};
use redress_api::{Mchid, Open};

use super::{Order, actions};
use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::refusal;
use crate::row::Key;

/// The merchant that a request names must be the one that signed it.
pub(crate) fn same(caller: &Merchant, mchid: &Mchid) -> Result<(), Stop> {
    if caller.mchid == *mchid { Ok(()) } else { Err(refusal::MCHID_DIFFERS.plain().into()) }
}

pub(super) fn shown(order: &Order) -> pay::Order {
    let paid = order.success_time.is_some();
    pay::Order {
        appid: order.appid.clone(),
        mchid: order.mchid.clone(),
        out_trade_no: order.out_trade_no.clone(),
        transaction_id: order.transaction_id.clone(),
        trade_type: Some(Open::Known(order.trade_type)),
        trade_state: Open::Known(order.state),
        trade_state_desc: order.state.description().to_owned(),
        bank_type: paid.then(|| "OTHERS".to_owned()),
        attach: order.attach.clone(),
        success_time: order.success_time,
        payer: paid.then(|| Payer { openid: order.payer.clone() }),
        amount: Some(Amount::of(order.amount, paid)),
    }
}

impl Operation for Query {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        vec![Key::of::<Order>(Order::row_id(caller, &self.out_trade_no))]
    }

    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<pay::Order, Stop> {
        same(caller, &self.mchid)?;
        actions::find(cx, &caller.mchid, None, &self.out_trade_no).map(|order| shown(&order))
    }
}

impl Operation for QueryById {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<pay::Order, Stop> {
        same(caller, &self.mchid)?;
        let found = actions::find_by_id(cx, &caller.mchid, None, &self.transaction_id);
        found.map(|order| shown(&order))
    }
}

impl Operation for Close {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        vec![Key::of::<Order>(Order::row_id(caller, &self.out_trade_no))]
    }

    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Closed, Stop> {
        same(caller, &self.mchid)?;
        let order = actions::find(cx, &caller.mchid, None, &self.out_trade_no)?;
        actions::close(cx, order).map(|()| Closed {})
    }
}

impl Operation for Reverse {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        vec![Key::of::<Order>(Order::row_id(caller, &self.out_trade_no))]
    }

    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Reversed, Stop> {
        same(caller, &self.mchid)?;
        let mut order = actions::find(cx, &caller.mchid, None, &self.out_trade_no)?;
        if order.appid != self.appid {
            return Err(refusal::APPID_DIFFERS.plain().into());
        }
        actions::reverse(cx, &mut order)?;
        Ok(Reversed {
            appid: Some(order.appid),
            mchid: order.mchid,
            out_trade_no: order.out_trade_no,
        })
    }
}
