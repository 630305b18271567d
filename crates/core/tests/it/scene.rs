//! A small world to play in: a platform with a sponsor, a shop, and an e-commerce platform.

use std::collections::BTreeSet;

use redress_api::compensation::Receiver;
use redress_api::compensation::{Bill, BillState, Cancel, Cancelled, Create, Created, Query};
use redress_api::{Endpoint, Fen, Mchid, TransactionId, partner, pay, subsidy};
use redress_core::compensation::{Answer, Bill as Kept, PayerAnswers};
use redress_core::merchant::{
    AccountKind, Configure, Confirmation, Merchant, Register, Relate, Relation, Role, TopUp,
};
use redress_core::order::{Order, Outcome, Place, TradeType};
use redress_core::{Call, Command, Operation, Refusal};

use crate::world::{Failure, World};

/// A moment of 2026 in China, in the afternoon.
pub(crate) const START: i64 = 1_767_250_000;

pub(crate) const PLATFORM: &str = "1900001108";
pub(crate) const SPONSOR: &str = "1900001109";
pub(crate) const SHOP: &str = "1230000109";
pub(crate) const MALL: &str = "1900013400";
pub(crate) const STALL: &str = "1900013401";
pub(crate) const STRANGER: &str = "1999999999";
pub(crate) const APPID: &str = "wxd678efh567hg6787";
pub(crate) const PAYER: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

/// The platform's paid order.
pub(crate) const PAID: &str = "1217752501201407033233368018";
/// The mall's order of the stall: paid, subsidised, partly refunded.
pub(crate) const SUBSIDISED: &str = "4208450740201411110007820472";

pub(crate) fn mchid(text: &str) -> Mchid {
    text.parse().expect("a merchant's number")
}

pub(crate) fn transaction(text: &str) -> TransactionId {
    text.parse().expect("a transaction's number")
}

pub(crate) fn merchant(number: &str, roles: &[Role]) -> Merchant {
    Merchant {
        name: format!("merchant {number}"),
        roles: roles.iter().copied().collect(),
        appids: BTreeSet::from([APPID.parse().expect("an appid")]),
        ..Merchant::new(mchid(number))
    }
}

/// A paid order of 100 yuan.
pub(crate) fn place(by: &str, number: &str) -> Place {
    Place {
        mchid: mchid(by),
        sub_mchid: None,
        appid: APPID.parse().expect("an appid"),
        out_trade_no: number.parse().expect("an order's number"),
        transaction_id: None,
        trade_type: TradeType::Micropay,
        outcome: Outcome::Paid,
        amount: Fen::new(10_000),
        payer: PAYER.to_owned(),
        profit_sharing: false,
        subsidy_amount: None,
        refunded: None,
    }
}

pub(crate) fn subsidised(number: &str) -> Place {
    Place {
        sub_mchid: Some(mchid(STALL)),
        trade_type: TradeType::Jsapi,
        profit_sharing: true,
        subsidy_amount: Some(Fen::new(500)),
        refunded: Some(Fen::new(2_000)),
        ..place(MALL, number)
    }
}

/// The page's own example: 100 yuan from the sponsor.
pub(crate) fn create() -> Create {
    Create {
        receiver: Receiver::transaction_user(transaction(PAID)),
        out_bill_no: "plfk2020042013".parse().expect("a bill's number"),
        amount: Fen::new(10_000),
        transfer_remark: "直播违规扣罚".parse().expect("a remark"),
        sponsor_mchid: mchid(SPONSOR),
        transfer_scene_id: Some("1001".parse().expect("a scene")),
        user_recv_perception: Some("退货运费补偿".parse().expect("a perception")),
    }
}

pub(crate) fn numbered(number: &str) -> Create {
    Create { out_bill_no: number.parse().expect("a bill's number"), ..create() }
}

pub(crate) fn reverse(number: &str) -> pay::Reverse {
    pay::Reverse {
        out_trade_no: number.parse().expect("an order's number"),
        appid: APPID.parse().expect("an appid"),
        mchid: mchid(SHOP),
    }
}

pub(crate) fn close(number: &str) -> pay::Close {
    pay::Close { out_trade_no: number.parse().expect("an order's number"), mchid: mchid(SHOP) }
}

/// A paid order of 100 yuan that the mall placed for the stall.
pub(crate) fn of_stall(number: &str) -> Place {
    Place { sub_mchid: Some(mchid(STALL)), ..place(MALL, number) }
}

pub(crate) fn partner_reverse(number: &str) -> partner::Reverse {
    partner::Reverse {
        out_trade_no: number.parse().expect("an order's number"),
        sp_appid: None,
        sp_mchid: mchid(MALL),
        sub_appid: None,
        sub_mchid: mchid(STALL),
    }
}

pub(crate) fn subsidy_cancel() -> subsidy::Cancel {
    subsidy::Cancel {
        sub_mchid: mchid(STALL),
        transaction_id: transaction(SUBSIDISED),
        description: "订单退款".parse().expect("a description"),
    }
}

impl World {
    /// The merchants with money, the platform's paid order and the mall's subsidised one.
    pub(crate) fn set() -> Self {
        let mut world = Self::at(START);
        let done = |outcome: Result<Merchant, Failure>| drop(outcome.expect("a merchant"));
        for (number, roles) in [
            (PLATFORM, &[Role::Platform][..]),
            (SPONSOR, &[]),
            (SHOP, &[Role::Direct]),
            (MALL, &[Role::Ecommerce]),
            (STALL, &[Role::SubMerchant]),
            (STRANGER, &[Role::Platform, Role::Ecommerce]),
        ] {
            done(world.run(&Register(merchant(number, roles))));
        }
        for (platform, other, relation) in
            [(PLATFORM, SPONSOR, Relation::Sponsor), (MALL, STALL, Relation::SubMerchant)]
        {
            let relate = Relate { platform: mchid(platform), merchant: mchid(other), relation };
            done(world.run(&relate));
        }
        world.top_up(SPONSOR, 100_000);
        let transaction_id = Some(transaction(PAID));
        world.place(&Place { transaction_id, ..place(PLATFORM, "order-1") });
        let transaction_id = Some(transaction(SUBSIDISED));
        world.place(&Place { transaction_id, ..subsidised("stall-1") });
        world
    }

    /// With a platform whose bills are paid by themselves.
    pub(crate) fn set_without_confirmation() -> Self {
        let mut world = Self::set();
        world.configure(Confirmation::None);
        world
    }

    pub(crate) fn configure(&mut self, confirmation: Confirmation) {
        let configure = Configure { mchid: mchid(PLATFORM), confirmation };
        self.run(&configure).expect("a platform");
    }

    pub(crate) fn relate(&mut self, platform: &str, other: &str, relation: Relation) {
        let relate = Relate { platform: mchid(platform), merchant: mchid(other), relation };
        self.run(&relate).expect("a relation");
    }

    pub(crate) fn top_up(&mut self, number: &str, fen: i64) {
        self.fund(number, AccountKind::Basic, fen);
    }

    pub(crate) fn fund(&mut self, number: &str, account: AccountKind, fen: i64) {
        let top_up = TopUp { mchid: mchid(number), amount: Fen::new(fen), account };
        self.run(&top_up).expect("a top-up");
    }

    pub(crate) fn place(&mut self, place: &Place) -> Order {
        self.run(place).expect("an order")
    }

    pub(crate) fn call<E: Operation + Clone>(
        &mut self,
        caller: &str,
        request: &E,
    ) -> Result<<E as Endpoint>::Response, Failure> {
        self.run(&Call { caller: mchid(caller), request: request.clone() })
    }

    /// The command is refused, and leaves no trace.
    pub(crate) fn refusal<C: Command>(&mut self, command: &C) -> Refusal {
        let before = self.kept();
        let refusal = match self.run(command) {
            Ok(_) => panic!("it was not refused"),
            Err(Failure::Broken(broken)) => panic!("{broken}"),
            Err(Failure::Refused(refusal)) => refusal,
        };
        assert!(before == self.kept(), "a refused command has written something");
        refusal
    }

    /// The call is refused, and leaves no trace.
    pub(crate) fn refused<E: Operation + Clone>(&mut self, caller: &str, request: &E) -> Refusal {
        self.refusal(&Call { caller: mchid(caller), request: request.clone() })
    }

    pub(crate) fn created(&mut self, request: &Create) -> Created {
        self.call(PLATFORM, request).expect("a bill")
    }

    pub(crate) fn queried(&mut self, number: &str) -> Bill {
        let out_bill_no = number.parse().expect("a bill's number");
        let bill = self.call(PLATFORM, &Query { out_bill_no }).expect("a bill");
        assert!(self.wrote.is_empty(), "a query writes nothing");
        let (state, closed) = (bill.state.known().expect("a state"), bill.close_info.is_some());
        assert_eq!(closed, state == BillState::Closed, "X3: a reason with CLOSED alone");
        assert_eq!(bill.success_time.is_some(), state == BillState::Success);
        bill
    }

    pub(crate) fn state(&mut self, number: &str) -> BillState {
        self.queried(number).state.known().expect("a state")
    }

    pub(crate) fn kept_bill(&self, number: &str) -> Kept {
        self.get(&format!("{PLATFORM}/{number}")).expect("a bill")
    }

    pub(crate) fn cancelled(&mut self, number: &str) -> Cancelled {
        let out_bill_no = number.parse().expect("a bill's number");
        self.call(PLATFORM, &Cancel { out_bill_no }).expect("a cancel")
    }

    pub(crate) fn answers(number: &str, answer: Answer) -> PayerAnswers {
        let out_bill_no = number.parse().expect("a bill's number");
        PayerAnswers { sp_mchid: mchid(PLATFORM), out_bill_no, answer }
    }

    pub(crate) fn answered(&mut self, number: &str, answer: Answer) -> Bill {
        self.run(&Self::answers(number, answer)).expect("an answer")
    }

    pub(crate) fn order(&self, by: &str, number: &str) -> Order {
        self.get(&format!("{by}/{number}")).expect("an order")
    }
}
