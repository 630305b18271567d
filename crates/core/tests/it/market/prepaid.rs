//! Orders that are placed to be paid: alone and combined.

use redress_api::{combine, partner, pay};
use redress_core::combine::Combined;
use redress_core::order::prepay::{Handle, Prepay};
use redress_core::order::{Act, Order, PayPrepay, TradeType};
use redress_core::payer::Introduce;
use serde_json::{Value as Json, json};

use super::orders::PAYERS;
use super::{APPID, MALL, Market, RIVAL, SHOP, STALLS};

impl Market {
    pub(super) fn prepaid(&mut self) {
        match self.random.below(14) {
            0..3 => self.prepay(),
            3 | 4 => self.prepay_of_partner(),
            5 => self.codepay_of_partner(),
            6 => {
                let openid = Some(self.random.pick(&PAYERS).to_owned());
                let abnormal = Some(self.random.one_in(4));
                self.act(&Introduce { openid, appid: None, abnormal });
            }
            7..10 => self.pay_prepaid(),
            10 | 11 => self.combined(),
            12 => self.query_combined(),
            _ => self.close_combined(),
        }
    }

    fn prepay_of_partner(&mut self) {
        let by = self.random.pick(&[MALL, RIVAL]);
        let stall = self.random.pick(&STALLS);
        let total = self.random.pick(&[100, 5_000, 200_000]);
        let profit_sharing = !self.random.one_in(4);
        let mut body = json!({
            "sp_appid": APPID,
            "sp_mchid": by,
            "sub_mchid": stall,
            "description": "面包",
            "out_trade_no": self.number("order"),
            "notify_url": "http://127.0.0.1:9/paid",
            "amount": { "total": total },
            "payer": { "sp_openid": self.random.pick(&PAYERS) },
            "settle_info": { "profit_sharing": profit_sharing },
        });
        if profit_sharing && self.random.one_in(2) {
            body["settle_info"]["subsidy_amount"] = json!(total / 10);
        }
        if self.random.one_in(4) {
            body.as_object_mut().expect("a request").remove("payer");
            self.ask::<partner::Native>(by, body);
        } else {
            self.ask::<partner::Jsapi>(by, body);
        }
    }

    fn codepay_of_partner(&mut self) {
        let code = self.code();
        let by = self.random.pick(&[MALL, RIVAL]);
        let body = json!({
            "sp_appid": APPID,
            "sp_mchid": by,
            "sub_mchid": self.random.pick(&STALLS),
            "description": "面包",
            "out_trade_no": self.number("order"),
            "payer": { "auth_code": code },
            "amount": { "total": 5_000 },
            "scene_info": { "store_info": { "id": "1" } },
        });
        self.ask::<partner::Codepay>(by, body);
    }

    fn combined(&mut self) {
        let by = self.random.pick(&[MALL, MALL, RIVAL, SHOP]);
        let count = 2 + self.random.below(2);
        let sub_orders: Vec<Json> = (0..count)
            .map(|n| {
                let total = self.random.pick(&[100, 5_000]);
                let mut sub = json!({
                    "mchid": by,
                    "attach": "附加",
                    "amount": { "total_amount": total, "currency": "CNY" },
                    "out_trade_no": format!("{}-{n}", self.number("part")),
                    "description": "面包",
                });
                if by != SHOP {
                    sub["sub_mchid"] = json!(self.random.pick(&STALLS));
                    sub["settle_info"] =
                        json!({ "profit_sharing": true, "subsidy_amount": total / 10 });
                }
                sub
            })
            .collect();
        let mut body = json!({
            "combine_appid": APPID,
            "combine_mchid": by,
            "combine_out_trade_no": self.number("combine"),
            "scene_info": { "payer_client_ip": "127.0.0.1" },
            "sub_orders": sub_orders,
            "notify_url": "http://127.0.0.1:9/paid",
        });
        if self.random.one_in(2) {
            self.ask::<combine::Native>(by, body);
        } else {
            body["combine_payer_info"] = json!({ "openid": self.random.pick(&PAYERS) });
            self.ask::<combine::Jsapi>(by, body);
        }
    }

    fn query_combined(&mut self) {
        let Some(combined) = self.any::<Combined>() else { return };
        let body = json!({ "combine_out_trade_no": combined.out_trade_no });
        self.ask::<combine::Query>(combined.mchid.as_str(), body);
    }

    fn close_combined(&mut self) {
        let Some(combined) = self.any::<Combined>() else { return };
        let by = combined.mchid.to_string();
        let mut subs: Vec<Json> = Vec::new();
        for part in &combined.content.sub_orders {
            let id = Order::row_id(&combined.mchid, &part.out_trade_no);
            let order: Order = self.world.get(&id).expect("a part of it");
            let mut sub = json!({ "mchid": by, "out_trade_no": order.out_trade_no });
            if let Some(stall) = order.sub_mchid {
                sub["sub_mchid"] = json!(stall);
            }
            subs.push(sub);
        }
        if subs.len() > 2 && self.random.one_in(4) {
            subs.pop();
        }
        let body = json!({
            "combine_out_trade_no": combined.out_trade_no,
            "combine_appid": APPID,
            "sub_orders": subs,
        });
        self.ask::<combine::Close>(&by, body);
    }

    fn pay_prepaid(&mut self) {
        let Some(prepay) = self.any::<Prepay>() else { return };
        let handle = match prepay.trade_type {
            TradeType::Native => Handle::CodeUrl(prepay.code_url()),
            TradeType::Mweb => Handle::H5Url(prepay.h5_url()),
            TradeType::Jsapi | TradeType::App | TradeType::Micropay | TradeType::Facepay => {
                Handle::PrepayId(prepay.prepay_id.to_string())
            }
        };
        let act = if self.random.one_in(8) { Act::Fail } else { Act::Pay };
        let openid = self.random.one_in(2).then(|| self.random.pick(&PAYERS).to_owned());
        self.act(&PayPrepay { handle, act, openid });
    }

    fn prepay(&mut self) {
        let total = self.random.pick(&[1, 5_000, 200_000]);
        let mut body = json!({
            "appid": APPID,
            "mchid": SHOP,
            "description": "面包",
            "out_trade_no": self.number("order"),
            "notify_url": "http://127.0.0.1:9/paid",
            "amount": { "total": total },
        });
        match self.random.below(4) {
            0 => {
                body["payer"] = json!({ "openid": self.random.pick(&PAYERS) });
                self.ask::<pay::Jsapi>(SHOP, body);
            }
            1 => drop(self.ask::<pay::Native>(SHOP, body)),
            2 => drop(self.ask::<pay::App>(SHOP, body)),
            _ => {
                body["scene_info"] =
                    json!({ "payer_client_ip": "127.0.0.1", "h5_info": { "type": "Wap" } });
                self.ask::<pay::H5>(SHOP, body);
            }
        }
    }
}
