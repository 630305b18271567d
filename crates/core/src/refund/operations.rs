//! What merchants ask about refunds: take one on, and look it up.

use redress_api::refund::ecommerce::{self, Applied, Apply, RefundAccount};
use redress_api::refund::{self as api, Create, Query};
use redress_api::{Mchid, OutRefundNo};

use super::accept::{Ask, related};
use super::{Content, Form, Refund};
use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::number;
use crate::refusal;
use crate::row::Key;

impl Operation for Create {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<api::Refund, Stop> {
        let content = Content {
            form: Form::Domestic,
            amount: self.amount.refund,
            total: self.amount.total,
            from: self.amount.from.clone(),
            source: self.funds_account.as_ref().and_then(redress_api::Open::known),
            account: RefundAccount::SubMerchant,
            reason: self.reason.clone(),
            goods: self.goods_detail.clone(),
        };
        let ask = Ask {
            sub_mchid: self.sub_mchid.as_ref(),
            transaction_id: self.transaction_id.as_ref(),
            out_trade_no: self.out_trade_no.as_ref(),
            out_refund_no: &self.out_refund_no,
            content,
            notify_url: self.notify_url.as_ref(),
        };
        Ok(ask.accept(cx, caller)?.shown())
    }
}

impl Operation for Query {
    fn looks_at(&self, caller: &Mchid) -> Vec<Key> {
        vec![Key::of::<Refund>(Refund::row_id(caller, &self.out_refund_no))]
    }

    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<api::Refund, Stop> {
        let sub_mchid = self.sub_mchid.as_ref();
        Ok(find(cx, caller, sub_mchid, &self.out_refund_no)?.shown())
    }
}

impl Operation for Apply {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Applied, Stop> {
        if !caller.appids.contains(&self.sp_appid) {
            return Err(refusal::APPID_DIFFERS.plain().into());
        }
        let account = self.refund_account.as_ref().and_then(redress_api::Open::known);
        let content = Content {
            form: Form::Ecommerce,
            amount: self.amount.refund,
            total: self.amount.total,
            from: self.amount.from.clone(),
            source: self.funds_account.as_ref().and_then(redress_api::Open::known),
            account: account.unwrap_or(RefundAccount::SubMerchant),
            reason: self.reason.clone(),
            goods: None,
        };
        let ask = Ask {
            sub_mchid: Some(&self.sub_mchid),
            transaction_id: self.transaction_id.as_ref(),
            out_trade_no: self.out_trade_no.as_ref(),
            out_refund_no: &self.out_refund_no,
            content,
            notify_url: self.notify_url.as_ref(),
        };
        Ok(ask.accept(cx, caller)?.applied())
    }
}

impl Operation for ecommerce::Query {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<ecommerce::Refund, Stop> {
        let sub_mchid = Some(&self.sub_mchid);
        Ok(find(cx, caller, sub_mchid, &self.out_refund_no)?.shown_to_platform())
    }
}

impl Operation for ecommerce::QueryById {
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<ecommerce::Refund, Stop> {
        let sub_mchid = Some(&self.sub_mchid);
        related(cx, caller, sub_mchid)?;
        let found = number::find::<Refund>(cx, &caller.mchid, self.refund_id.as_str())?;
        Ok(of(found, sub_mchid)?.shown_to_platform())
    }
}

fn find(
    cx: &mut Context<'_>,
    caller: &Merchant,
    sub_mchid: Option<&Mchid>,
    out_refund_no: &OutRefundNo,
) -> Result<Refund, Stop> {
    related(cx, caller, sub_mchid)?;
    let found = cx.get::<Refund>(&Refund::row_id(&caller.mchid, out_refund_no))?;
    of(found, sub_mchid)
}

fn of(found: Option<Refund>, sub_mchid: Option<&Mchid>) -> Result<Refund, Stop> {
    found
        .filter(|refund| refund.sub_mchid.as_ref() == sub_mchid)
        .ok_or_else(|| refusal::REFUND_UNKNOWN.plain().into())
}
