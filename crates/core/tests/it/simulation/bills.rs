//! What platforms and payers do to bills.

use redress_api::Fen;
use redress_api::compensation::{BillState, Cancel, Create, Query, QueryById, Receiver};
use redress_core::compensation::{Answer, Bill, PayerAnswers};

use super::{Simulation, refused};
use crate::model::{EVERYONE, PLATFORMS};
use crate::scene::{mchid, transaction};

impl Simulation {
    fn bill(&mut self) -> (String, String) {
        let bills = std::mem::take(&mut self.bills);
        let bill = self.recent(&PLATFORMS, &bills);
        self.bills = bills;
        bill
    }

    pub(super) fn request(&mut self) -> (String, Create) {
        if !self.requests.is_empty() && self.random.one_in(3) {
            let (caller, mut create) = self.random.pick(&self.requests);
            match self.random.below(6) {
                0 => create.amount = Fen::new(create.amount.get() / 2 + 1),
                1 => create.receiver.transaction_info.r#type = None,
                2 => create.sponsor_mchid = mchid(self.random.pick(&EVERYONE)),
                _ => {}
            }
            return (caller, create);
        }
        let caller = self.caller(&PLATFORMS).to_owned();
        let mut receiver = Receiver::transaction_user(transaction(&self.transaction_id(&caller)));
        if self.random.one_in(2) {
            receiver.transaction_info.r#type = None;
        }
        let remark = self.random.pick(&["退款", "商家赔付", "x"]);
        let amount = self.random.pick(&[1, 1, 99, 5_000, 5_000, 20_000, 3_000_000, i64::MAX]);
        let sponsor = match self.random.below(8) {
            0 => self.random.pick(&EVERYONE),
            1 => caller.as_str(),
            _ => self.random.pick(&["21", "22", "22"]),
        };
        let create = Create {
            receiver,
            out_bill_no: self.number().parse().expect("a bill's number"),
            amount: Fen::new(amount),
            transfer_remark: remark.parse().expect("a remark"),
            sponsor_mchid: mchid(sponsor),
            transfer_scene_id: None,
            user_recv_perception: None,
        };
        (caller, create)
    }

    pub(super) fn create(&mut self) {
        let (caller, request) = self.request();
        let known =
            self.model.bills.contains_key(&(caller.clone(), request.out_bill_no.to_string()));
        let expected = self.model.create(&caller, &request);
        let answered = self.call(&caller, &request);
        if known {
            assert!(self.world.wrote.is_empty(), "a repetition writes nothing");
        }
        if let Ok(bill) = &answered {
            let key = (caller.clone(), request.out_bill_no.to_string());
            let first = self.numbers.entry(key.clone()).or_insert_with(|| bill.bill_id.clone());
            assert_eq!(*first, bill.bill_id, "a bill keeps its number");
            if !known {
                self.bills.push(key);
            }
            self.requests.push((caller, request));
        }
        assert_eq!(answered.map(|bill| bill.state.known().expect("a state")), expected);
    }

    pub(super) fn query(&mut self) {
        let (caller, number) = self.bill();
        let query = Query { out_bill_no: number.parse().expect("a bill's number") };
        let answered = self.call(&caller, &query);
        assert!(self.world.wrote.is_empty());
        if let Ok(bill) = &answered {
            assert_eq!(bill.success_time.is_some(), bill.state == BillState::Success);
            assert_eq!(bill.close_info.is_some(), bill.state == BillState::Closed);
        }
        let state = answered.map(|bill| bill.state.known().expect("a state"));
        assert_eq!(state, self.model.query(&caller, &query));
    }

    pub(super) fn query_by_id(&mut self) {
        let key = self.bill();
        let number = self.numbers.get(&key).cloned();
        let key = number.is_some().then_some(key);
        let caller = match &key {
            Some((platform, _)) if !self.random.one_in(5) => platform.clone(),
            _ => self.caller(&PLATFORMS).to_owned(),
        };
        let bill_id = number.unwrap_or_else(|| "42".parse().expect("a bill's number"));
        let answered = self.call(&caller, &QueryById { bill_id });
        assert!(self.world.wrote.is_empty());
        if let (Ok(bill), Some((_, number))) = (&answered, &key) {
            let query = Query { out_bill_no: number.parse().expect("a bill's number") };
            assert_eq!(self.call(&caller, &query).as_ref(), Ok(bill), "both queries say the same");
        }
        let state = answered.map(|bill| bill.state.known().expect("a state"));
        assert_eq!(state, self.model.query_by_id(&caller, key.as_ref()));
    }

    pub(super) fn cancel(&mut self) {
        let (caller, number) = self.bill();
        let cancel = Cancel { out_bill_no: number.parse().expect("a bill's number") };
        let expected = self.model.cancel(&caller, &cancel);
        let answered = self.call(&caller, &cancel);
        assert_eq!(answered.map(|bill| bill.state.known().expect("a state")), expected);
    }

    pub(super) fn answer(&mut self) {
        let (platform, number) = self.bill();
        let answer = if self.random.one_in(4) { Answer::Refuse } else { Answer::Confirm };
        let command = PayerAnswers {
            sp_mchid: mchid(&platform),
            out_bill_no: number.parse().expect("a bill's number"),
            answer,
        };
        let late = self
            .world
            .get::<Bill>(&format!("{platform}/{number}"))
            .is_some_and(|bill| self.now() >= bill.deadline().unix());
        if late {
            assert!(matches!(self.conflict(&command).code.status, 409));
            return;
        }
        match self.model.answer(&(platform, number), answer) {
            Some(state) => {
                let bill = refused(self.world.run(&command)).expect("the payer is asked");
                assert_eq!(bill.state, state);
            }
            None => assert!(matches!(self.conflict(&command).code.status, 404 | 409)),
        }
    }
}
