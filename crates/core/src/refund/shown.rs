//! A refund as the pages show it, and as a callback tells it.

use redress_api::refund::ecommerce::{self, AmountApplied, Applied, RefundAccount};
use redress_api::refund::{self as api, Amount, AmountTold, Channel, FundsAccount, Status, Told};
use redress_api::{Fen, Open};

use super::{Form, Pocket, Refund};

/// Where the money arrives, for people: payers pay from their balance here.
const RECEIVED_BY: &str = "支付用户零钱";

impl Refund {
    fn funds_account(&self) -> FundsAccount {
        match self.taken.first().map(|taken| taken.pocket) {
            Some(Pocket::Operation) => FundsAccount::Operation,
            Some(Pocket::Frozen) if self.taken.len() == 1 => FundsAccount::Unavailable,
            // Of both parts it is the account as a whole.
            Some(Pocket::Frozen | Pocket::Available) if self.taken.len() > 1 => FundsAccount::Basic,
            Some(Pocket::Frozen | Pocket::Available) | None => FundsAccount::Available,
        }
    }

    /// As create and query answer it.
    #[must_use]
    pub fn shown(&self) -> api::Refund {
        let (total, refund) = (self.content.total, self.content.amount);
        api::Refund {
            refund_id: self.refund_id.clone(),
            out_refund_no: self.out_refund_no.clone(),
            transaction_id: self.transaction_id.clone(),
            out_trade_no: self.out_trade_no.clone(),
            channel: Open::Known(Channel::Original),
            user_received_account: RECEIVED_BY.to_owned(),
            success_time: self.success_time,
            create_time: self.create_time,
            status: Open::Known(self.status),
            funds_account: Open::Known(self.funds_account()),
            amount: Amount {
                total,
                refund,
                from: self.content.from.clone(),
                payer_total: total,
                payer_refund: refund,
                settlement_refund: refund,
                settlement_total: total,
                discount_refund: Fen::ZERO,
                currency: "CNY".to_owned(),
                refund_fee: None,
            },
            promotion_detail: None,
        }
    }

    fn amount_applied(&self) -> AmountApplied {
        let advance = self.taken_from(Pocket::Operation);
        AmountApplied {
            refund: self.content.amount,
            from: self.content.from.clone(),
            payer_refund: self.content.amount,
            discount_refund: Some(Fen::ZERO),
            currency: Some("CNY".to_owned()),
            advance: Some(advance).filter(|advance| advance.is_positive()),
        }
    }

    /// As an e-commerce platform's apply answers it.
    #[must_use]
    pub fn applied(&self) -> Applied {
        Applied {
            refund_id: self.refund_id.clone(),
            out_refund_no: self.out_refund_no.clone(),
            create_time: self.create_time,
            amount: self.amount_applied(),
            promotion_detail: None,
            refund_account: Some(Open::Known(self.content.account)),
        }
    }

    /// As an e-commerce platform's queries answer it.
    #[must_use]
    pub fn shown_to_platform(&self) -> ecommerce::Refund {
        ecommerce::Refund {
            refund_id: self.refund_id.clone(),
            out_refund_no: self.out_refund_no.clone(),
            transaction_id: self.transaction_id.clone(),
            out_trade_no: self.out_trade_no.clone(),
            channel: Some(Open::Known(Channel::Original)),
            user_received_account: Some(RECEIVED_BY.to_owned()),
            success_time: self.success_time,
            create_time: self.create_time,
            status: Open::Known(self.status),
            amount: self.amount_applied(),
            promotion_detail: None,
            refund_account: Some(Open::Known(self.content.account)),
            funds_account: Some(Open::Known(self.funds_account())),
        }
    }

    /// As its merchant is told of it.
    #[must_use]
    pub fn told(&self) -> Told {
        let of_partner = self.sub_mchid.is_some();
        let account = (self.content.form == Form::Ecommerce).then_some(self.content.account);
        let mchid = || self.mchid.clone();
        Told {
            mchid: (!of_partner).then(mchid),
            sp_mchid: of_partner.then(mchid),
            sub_mchid: self.sub_mchid.clone(),
            out_trade_no: self.out_trade_no.clone(),
            transaction_id: self.transaction_id.clone(),
            out_refund_no: self.out_refund_no.clone(),
            refund_id: self.refund_id.clone(),
            refund_status: Open::<Status>::Known(self.status),
            success_time: self.success_time,
            user_received_account: RECEIVED_BY.to_owned(),
            amount: AmountTold {
                total: self.content.total,
                refund: self.content.amount,
                payer_total: self.content.total,
                payer_refund: self.content.amount,
            },
            refund_account: account.map(Open::<RefundAccount>::Known),
        }
    }
}
