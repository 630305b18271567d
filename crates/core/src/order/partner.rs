//! Query, close and reverse of a service provider for its sub-merchants.

use redress_api::partner::{self, Close, Payer, Query, QueryById, Reverse, Reversed};
use redress_api::pay::{Amount, Closed};
use redress_api::{Mchid, Open};

use super::operations::same;
use super::{Order, actions};
use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::refusal;
use crate::row::Key;

/// The provider that a request names must be the one that signed it, and the sub-merchant its own.
pub(super) fn related(caller: &Merchant, sp_mchid: &Mchid, sub_mchid: &Mchid) -> Result<(), Stop> {
    same(caller, sp_mchid)?;
    caller.serves(sub_mchid)
}

pub(super) fn shown(order: &Order, sub_mchid: &Mchid) -> partner::Order {
    let paid = order.success_time.is_some();
    let payer = || Payer { sp_openid: order.payer.clone(), sub_openid: order.sub_openid.clone() };
    partner::Order {
        sp_appid: order.appid.clone(),
        sp_mchid: order.mchid.clone(),
        sub_appid: order.sub_appid.clone(),
        sub_mchid: sub_mchid.clone(),
        out_trade_no: order.out_trade_no.clone(),
        transaction_id: order.transaction_id.clone(),
        trade_type: Some(Open::Known(order.trade_type)),
        trade_state: Open::Known(order.state),
        trade_state_desc: order.state.description().to_owned(),
        bank_type: paid.then(|| "OTHERS".to_owned()),
        attach: order.attach.clone(),
        success_time: order.success_time,
        payer: paid.then(payer),
        amount: Some(Amount::of(order.amount, paid)),
    }
}

impl Operation for Query {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        vec![Key::of::<Order>(Order::row_id(caller, &self.out_trade_no))]
    }

    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<partner::Order, Stop> {
        let Self { out_trade_no, sp_mchid, sub_mchid } = self;
        related(caller, sp_mchid, sub_mchid)?;
        let order = actions::find(cx, sp_mchid, Some(sub_mchid), out_trade_no)?;
        Ok(shown(&order, sub_mchid))
    }
}

impl Operation for QueryById {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<partner::Order, Stop> {
        let Self { transaction_id, sp_mchid, sub_mchid } = self;
        related(caller, sp_mchid, sub_mchid)?;
        let order = actions::find_by_id(cx, sp_mchid, Some(sub_mchid), transaction_id)?;
        Ok(shown(&order, sub_mchid))
    }
}

impl Operation for Close {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        vec![Key::of::<Order>(Order::row_id(caller, &self.out_trade_no))]
    }

    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Closed, Stop> {
        let Self { out_trade_no, sp_mchid, sub_mchid } = self;
        related(caller, sp_mchid, sub_mchid)?;
        let order = actions::find(cx, sp_mchid, Some(sub_mchid), out_trade_no)?;
        actions::close(cx, order).map(|()| Closed {})
    }
}

impl Operation for Reverse {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        vec![Key::of::<Order>(Order::row_id(caller, &self.out_trade_no))]
    }

    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Reversed, Stop> {
        related(caller, &self.sp_mchid, &self.sub_mchid)?;
        let mut order =
            actions::find(cx, &self.sp_mchid, Some(&self.sub_mchid), &self.out_trade_no)?;
        if self.sp_appid.as_ref().is_some_and(|appid| *appid != order.appid) {
            return Err(refusal::APPID_DIFFERS.plain().into());
        }
        actions::reverse(cx, &mut order)?;
        Ok(Reversed {
            sp_appid: self.sp_appid.clone(),
            sp_mchid: self.sp_mchid.clone(),
            sub_appid: self.sub_appid.clone(),
            sub_mchid: self.sub_mchid.clone(),
            out_trade_no: order.out_trade_no,
        })
    }
}
