//! Profit sharing: receivers, shares, returns, finishes.

use redress_api::sharing;
use redress_core::order::Order;
use redress_core::sharing::{Share, ShareReturn};
use serde_json::{Value as Json, json};

use super::{MALL, Market, RIVAL, STALLS};

/// Who may get a part: merchants and a payer.
pub(super) const RECEIVERS: [(&str, &str); 4] = [
    ("MERCHANT_ID", MALL),
    ("MERCHANT_ID", "21"),
    ("MERCHANT_ID", "51"),
    ("PERSONAL_OPENID", "o1"),
];

impl Market {
    pub(super) fn sharing(&mut self) {
        match self.random.below(13) {
            0 | 1 => self.receiver(),
            2..6 => self.share(),
            6 => self.query_share(),
            7..10 => self.return_share(),
            10 => self.query_return(),
            11 => self.finish_sharing(),
            _ => {
                let Some(order) = self.sharing_order() else { return };
                let body = json!({ "transaction_id": order.transaction_id });
                self.ask::<sharing::Amounts>(order.mchid.as_str(), body);
            }
        }
    }

    /// A paid order of a stall, mostly one whose money waits for sharing.
    fn sharing_order(&mut self) -> Option<Order> {
        let now = self.world.now();
        let order = self.any_like::<Order>(|order| {
            let settled = order.success_time.is_some_and(|paid| now.seconds_since(paid) >= 60);
            settled && order.is_frozen() && order.may_share() && order.unsplit.is_positive()
        })?;
        Some(order).filter(|order| order.transaction_id.is_some() && order.sub_mchid.is_some())
    }

    fn receiver(&mut self) {
        let by = self.random.pick(&[MALL, MALL, MALL, RIVAL]);
        let (kind, account) = self.random.pick(&RECEIVERS);
        let body = json!({ "appid": super::APPID, "type": kind, "account": account });
        if self.random.one_in(6) {
            self.ask::<sharing::DeleteReceiver>(by, body);
        } else {
            self.add_receiver(by, kind, account);
        }
    }

    pub(super) fn add_receiver(&mut self, by: &str, kind: &str, account: &str) {
        let mut body = json!({
            "appid": super::APPID, "type": kind, "account": account, "relation_type": "SUPPLIER",
        });
        if kind == "MERCHANT_ID" {
            body["name"] = json!("供应商");
        }
        self.ask::<sharing::AddReceiver>(by, body);
    }

    fn share(&mut self) {
        let Some(order) = self.sharing_order() else { return };
        let most = (order.unsplit.get().min(order.amount.get() * 3 / 10)).max(1);
        let count = 1 + self.random.below(2);
        let receivers: Vec<Json> = (0..count)
            .map(|n| {
                let (kind, account) = RECEIVERS[(self.random.below(3) + n) as usize % 4];
                let amount = self.part(most / 2);
                json!({
                    "type": kind, "receiver_account": account, "amount": amount,
                    "description": "分账",
                })
            })
            .collect();
        let body = json!({
            "appid": super::APPID,
            "sub_mchid": order.sub_mchid,
            "transaction_id": order.transaction_id,
            "out_order_no": self.number("share"),
            "receivers": receivers,
            "finish": self.random.one_in(4),
        });
        self.ask::<sharing::Create>(order.mchid.as_str(), body);
    }

    fn query_share(&mut self) {
        let Some(share) = self.any::<Share>() else { return };
        let sub = self.mostly(share.content.sub_mchid.as_str(), &STALLS);
        let body = json!({
            "sub_mchid": sub,
            "transaction_id": share.content.transaction_id,
            "out_order_no": share.out_order_no,
        });
        self.ask::<sharing::Query>(share.sp_mchid.as_str(), body);
    }

    fn return_share(&mut self) {
        let done = |share: &Share| share.finish_time.is_some() && !share.parts.is_empty();
        let Some(share) = self.any_like(done) else { return };
        let from = share.content.receivers.first();
        let (account, amount) = from.map_or((MALL.to_owned(), 1), |wanted| {
            (wanted.account.to_string(), wanted.amount.get())
        });
        let account = if account.starts_with('o') { MALL.to_owned() } else { account };
        let amount = self.part(amount);
        let body = json!({
            "sub_mchid": share.content.sub_mchid,
            "order_id": share.order_id,
            "out_return_no": self.number("return"),
            "return_mchid": self.mostly(&account, &[MALL, "21"]),
            "amount": amount,
            "description": "退回",
            "transaction_id": share.content.transaction_id,
        });
        self.ask::<sharing::CreateReturn>(share.sp_mchid.as_str(), body);
    }

    fn query_return(&mut self) {
        let Some(back) = self.any::<ShareReturn>() else { return };
        let body = json!({
            "sub_mchid": back.sub_mchid,
            "out_return_no": back.out_return_no,
            "order_id": back.order_id,
        });
        self.ask::<sharing::QueryReturn>(back.sp_mchid.as_str(), body);
    }

    fn finish_sharing(&mut self) {
        let Some(order) = self.sharing_order() else { return };
        let body = json!({
            "sub_mchid": order.sub_mchid,
            "transaction_id": order.transaction_id,
            "out_order_no": self.number("share"),
            "description": "分账完结",
        });
        self.ask::<sharing::Finish>(order.mchid.as_str(), body);
    }
}
