//! Compensations.

use redress_api::compensation::{BillState, merchant};
use redress_api::{compensation, fund};
use redress_core::compensation::{
    Answer, Bill, MerchantBill, Package, PackageAnswers, PayerAnswers,
};
use redress_core::order::Order;
use serde_json::{Value as Json, json};

use super::{MALL, Market, RIVAL, SHOP};

impl Market {
    pub(super) fn bills(&mut self) {
        match self.random.below(12) {
            0..2 => {
                let Some((by, body)) = self.bill() else { return };
                self.ask::<compensation::Create>(&by, body);
            }
            6..8 => {
                let Some((by, mut body)) = self.bill() else { return };
                body["notify_url"] = json!("http://127.0.0.1:9/compensated");
                self.ask::<compensation::PreTransfer>(&by, body);
            }
            8 => self.follow_package(),
            9 => self.compensate_stall(),
            10 => self.query_merchant_bill(),
            11 => self.balances(),
            2 => self.answer(),
            3 => {
                let (by, out_bill_no) = self.bill_number();
                self.ask::<compensation::Query>(&by, json!({ "out_bill_no": out_bill_no }));
            }
            4 => {
                let waits = |bill: &Bill| bill.state == BillState::WaitUserConfirm;
                let Some(bill) = self.any_like(waits) else { return };
                let body = json!({ "out_bill_no": bill.out_bill_no });
                self.ask::<compensation::Cancel>(bill.sp_mchid.as_str(), body);
            }
            _ => {
                let Some(bill) = self.any::<Bill>() else { return };
                let body = json!({ "bill_id": bill.bill_id });
                self.ask::<compensation::QueryById>(bill.sp_mchid.as_str(), body);
            }
        }
    }

    /// Who asks for a bill, and for what.
    fn bill(&mut self) -> Option<(String, Json)> {
        let order = self.any_like::<Order>(|order| {
            order.transaction_id.is_some() && order.mchid.as_str() != SHOP
        })?;
        let id = order.transaction_id.as_ref().map_or("42", |id| id.as_str()).to_owned();
        let sponsor = self.mostly("21", &[MALL, RIVAL, "51"]);
        let amount = self.part(order.amount.get().min(20_000));
        let body = json!({
            "receiver": {
                "type": "TRANSACTION_USER",
                "transaction_info": { "transaction_id": id, "type": "WXPAY" },
            },
            "out_bill_no": self.number("b"),
            "amount": amount,
            "transfer_remark": "少发货",
            "sponsor_mchid": sponsor,
        });
        Some((order.mchid.to_string(), body))
    }

    fn follow_package(&mut self) {
        let Some(package) = self.any::<Package>() else { return };
        let answer = if self.random.one_in(3) { Answer::Refuse } else { Answer::Confirm };
        self.act(&PackageAnswers { package_info: package.package_info, answer });
    }

    fn compensate_stall(&mut self) {
        let stall = self.random.pick(&["51", "52", "21"]);
        let mut body = json!({
            "receiver": { "type": "MERCHANT", "mch_info": { "mchid": stall } },
            "out_bill_no": self.number("b"),
            "amount": self.random.pick(&[1, 900, 70_000]),
            "transfer_remark": "平台赔付",
        });
        if self.random.one_in(3) {
            body["sponsor_mchid"] = json!("21");
        }
        let by = self.random.pick(&[MALL, RIVAL]);
        self.ask::<merchant::Create>(by, body);
    }

    fn query_merchant_bill(&mut self) {
        let Some(bill) = self.any::<MerchantBill>() else { return };
        let body = json!({
            "out_bill_no": bill.out_bill_no,
            "sponsor_mchid": bill.content.sponsor_mchid,
        });
        self.ask::<merchant::Query>(bill.sp_mchid.as_str(), body);
    }

    fn balances(&mut self) {
        let kind = self.random.pick(&["BASIC", "OPERATION", "FEES"]);
        if self.random.one_in(2) {
            self.ask::<fund::Balance>(MALL, json!({ "account_type": kind }));
        } else {
            let stall = self.mostly("51", &["52", "21"]);
            let body = json!({ "sub_mchid": stall, "account_type": kind });
            self.ask::<fund::SubBalance>(MALL, body);
        }
    }

    fn bill_number(&mut self) -> (String, String) {
        match self.any::<Bill>() {
            Some(bill) if !self.random.one_in(10) => {
                (bill.sp_mchid.to_string(), bill.out_bill_no.to_string())
            }
            _ => (MALL.to_owned(), self.number("b")),
        }
    }

    fn answer(&mut self) {
        let waits = |bill: &Bill| bill.state == BillState::WaitUserConfirm;
        let Some(bill) = self.any_like(waits) else { return };
        let answer = if self.random.one_in(3) { Answer::Refuse } else { Answer::Confirm };
        let Bill { sp_mchid, out_bill_no, .. } = bill;
        self.act(&PayerAnswers { sp_mchid, out_bill_no, answer });
    }
}
