//! Compensations of sub-merchants, and the balances of accounts.

use redress_api::compensation::merchant::{BillState, Create, Created, Query, Receiver};
use redress_api::fund::{AccountType, Balance, Funds, SubAccountType, SubBalance};
use redress_api::{Fen, Open};
use redress_core::compensation::{MerchantBill, MerchantEvent, merchant_next};
use redress_core::ledger::{Phase, Reason};
use redress_core::merchant::{AccountKind, Relation};
use redress_core::{Job, chart, refusal};

use crate::scene::{MALL, PLATFORM, SHOP, SPONSOR, STALL, STRANGER, create, mchid, of_stall};
use crate::world::World;

const NUMBER: &str = "plfk2020042013";

/// 100 yuan from the platform to the stall.
pub(crate) fn compensation() -> Create {
    Create {
        receiver: Receiver::merchant(mchid(STALL)),
        out_bill_no: NUMBER.parse().expect("a bill's number"),
        amount: Fen::new(10_000),
        transfer_remark: "赔付金发放".parse().expect("a remark"),
        sponsor_mchid: None,
    }
}

/// The platform has the stall as a sub-merchant too, and 200 yuan to compensate with.
pub(crate) fn set() -> World {
    let mut world = World::set();
    world.relate(PLATFORM, STALL, Relation::SubMerchant);
    world.fund(PLATFORM, AccountKind::Operation, 20_000);
    world
}

impl World {
    pub(crate) fn compensated(&mut self, request: &Create) -> Created {
        self.call(PLATFORM, request).expect("a bill")
    }

    fn of(&self, account: &redress_core::ledger::AccountId) -> i64 {
        self.accounts.get(account).map_or(0, |account| account.available().expect("a sum").get())
    }

    fn merchant_bill(&self, number: &str) -> MerchantBill {
        self.get(&format!("{PLATFORM}/{number}")).expect("a bill")
    }
}

#[test]
fn states() {
    let table = [
        (BillState::Accepted, [Some(BillState::Success), Some(BillState::Closed)]),
        (BillState::Success, [None, None]),
        (BillState::Closed, [None, None]),
    ];
    assert_eq!(table.map(|(state, _)| state), BillState::ALL);
    for (state, row) in table {
        for (event, expected) in MerchantEvent::ALL.into_iter().zip(row) {
            assert_eq!(merchant_next(state, event), expected, "{state:?} {event:?}");
        }
    }
}

#[test]
fn it_is_accepted_held_and_paid() {
    let mut world = set();
    let had = world.of(&chart::available(&mchid(STALL)));
    let created = world.compensated(&compensation());
    assert_eq!(created.state, BillState::Accepted);
    assert_eq!(created.sponsor_mchid, Some(mchid(PLATFORM)), "the platform, if nobody is named");
    let (hold, _) = world.transfers.last().unwrap();
    assert_eq!((hold.phase, hold.reason), (Phase::Pending, Reason::Compensation));
    assert_eq!(hold.debit, chart::operation(&mchid(PLATFORM)));
    assert_eq!(hold.credit, chart::available(&mchid(STALL)));
    assert_eq!(hold.reference, created.bill_id.as_str());
    assert_eq!(world.of(&chart::operation(&mchid(PLATFORM))), 10_000);
    assert_eq!(world.of(&chart::available(&mchid(STALL))), had);
    world.assert_clean();
    world.settle();
    assert_eq!(world.of(&chart::available(&mchid(STALL))), had + 10_000);
    let query = Query { out_bill_no: compensation().out_bill_no, sponsor_mchid: None };
    let bill = world.call(PLATFORM, &query).unwrap();
    assert_eq!(
        (bill.state, bill.success_time),
        (Open::Known(BillState::Success), Some(world.now()))
    );
    world.assert_clean();
}

#[test]
fn without_enough_money_it_is_closed() {
    let mut world = set();
    let poor = Create { amount: Fen::new(20_001), ..compensation() };
    assert_eq!(world.compensated(&poor).state, BillState::Closed);
    let query = Query { out_bill_no: poor.out_bill_no.clone(), sponsor_mchid: None };
    let close = world.call(PLATFORM, &query).unwrap().close_info.unwrap();
    assert_eq!((close.close_reason.as_str(), close.close_time), ("NOT_ENOUGH", world.now()));
    assert_eq!(world.of(&chart::operation(&mchid(PLATFORM))), 20_000);
    // The sponsor's money lies on another account.
    let out_bill_no = "b2".parse().unwrap();
    let sponsor_mchid = Some(mchid(SPONSOR));
    let other = Create { out_bill_no, sponsor_mchid, ..compensation() };
    assert_eq!(world.compensated(&other).state, BillState::Closed);
    world.assert_clean();
}

/// Every state × everything that can be asked of it or happen to it.
#[test]
fn every_state_and_every_act() {
    let mut closed = set();
    closed.compensated(&Create { amount: Fen::new(20_001), ..compensation() });
    let mut accepted = set();
    accepted.compensated(&compensation());
    let mut paid = accepted.clone();
    paid.settle();
    for (mut world, state) in
        [(accepted, BillState::Accepted), (paid, BillState::Success), (closed, BillState::Closed)]
    {
        let bill = world.merchant_bill(NUMBER);
        assert_eq!(bill.state, state);
        let same = Create { amount: bill.content.amount, ..compensation() };
        let spelled = Create { sponsor_mchid: Some(mchid(PLATFORM)), ..same.clone() };
        for again in [&same, &spelled] {
            assert_eq!(world.compensated(again).state, state);
            assert!(world.wrote.is_empty());
        }
        let remark = "赔付金".parse().unwrap();
        for other in [
            Create { amount: Fen::new(1), ..same.clone() },
            Create { transfer_remark: remark, ..same.clone() },
            Create { sponsor_mchid: Some(mchid(SPONSOR)), ..same.clone() },
            Create { receiver: Receiver::merchant(mchid(SHOP)), ..same.clone() },
        ] {
            assert_eq!(world.refused(PLATFORM, &other), refusal::BILL_DIFFERS.plain());
        }
        for sponsor_mchid in [None, Some(mchid(PLATFORM))] {
            let query = Query { out_bill_no: same.out_bill_no.clone(), sponsor_mchid };
            assert_eq!(world.call(PLATFORM, &query).unwrap().state, state);
        }
        let sponsor_mchid = Some(mchid(SPONSOR));
        let query = Query { out_bill_no: same.out_bill_no.clone(), sponsor_mchid };
        assert_eq!(world.refused(PLATFORM, &query), refusal::BILL_UNKNOWN.plain());
        let sp_mchid = mchid(PLATFORM);
        let job = Job::MerchantBill { sp_mchid, out_bill_no: same.out_bill_no.clone() };
        world.run(&job).unwrap();
        assert_eq!(!world.wrote.is_empty(), state == BillState::Accepted);
        world.run(&job).unwrap();
        assert!(world.wrote.is_empty(), "a job does its work once");
        world.assert_clean();
    }
}

#[test]
fn who_is_paid_and_who_pays() {
    let mut world = set();
    for sponsor in [STALL, SHOP, STRANGER, "1"] {
        let other = Create { sponsor_mchid: Some(mchid(sponsor)), ..compensation() };
        assert_eq!(world.refused(PLATFORM, &other), refusal::SPONSOR_NOT_AUTHORISED.plain());
    }
    for receiver in [PLATFORM, SPONSOR, SHOP, "1"] {
        let other = Create { receiver: Receiver::merchant(mchid(receiver)), ..compensation() };
        assert_eq!(world.refused(PLATFORM, &other), refusal::NO_RELATION.plain());
    }
    for caller in [SPONSOR, SHOP, MALL, STALL] {
        assert_eq!(world.refused(caller, &compensation()), refusal::NOT_SUPPORTED.plain());
    }
    // Its numbers are not those of the compensations of users.
    world.created(&create());
    world.compensated(&compensation());
    assert_ne!(world.queried(NUMBER).bill_id, world.merchant_bill(NUMBER).bill_id);
    let query = Query { out_bill_no: compensation().out_bill_no, sponsor_mchid: None };
    assert_eq!(world.refused(STRANGER, &query), refusal::BILL_UNKNOWN.plain());
    world.assert_clean();
}

#[test]
fn balances() {
    let mut world = set();
    world.top_up(PLATFORM, 30_000);
    world
        .created(&redress_api::compensation::Create { sponsor_mchid: mchid(PLATFORM), ..create() });
    let balance = |account_type: AccountType| Balance { account_type: account_type.into() };
    let funds = |available: i64, pending: i64| Funds {
        available_amount: Fen::new(available),
        pending_amount: Some(Fen::new(pending)),
    };
    // 100 yuan of its order, 300 put in, 100 held for a payer.
    assert_eq!(world.call(PLATFORM, &balance(AccountType::Basic)), Ok(funds(30_000, 10_000)));
    world.compensated(&compensation());
    assert_eq!(world.call(PLATFORM, &balance(AccountType::Operation)), Ok(funds(10_000, 10_000)));
    world.settle();
    assert_eq!(world.call(PLATFORM, &balance(AccountType::Operation)), Ok(funds(10_000, 0)));
    let refused = world.refused(PLATFORM, &balance(AccountType::Fees));
    assert_eq!(refused, refusal::ACCOUNT_NOT_OPEN.plain());
    for caller in [SPONSOR, SHOP, MALL, STALL] {
        let refused = world.refused(caller, &balance(AccountType::Basic));
        assert_eq!(refused, refusal::NOT_SUPPORTED.plain());
    }
}

#[test]
fn balances_of_sub_merchants() {
    let mut world = set();
    let of = |account_type: Option<SubAccountType>| SubBalance {
        sub_mchid: mchid(STALL),
        account_type: account_type.map(Open::Known),
    };
    // 100 yuan of the mall's order wait for sharing, 20 of them have gone back; 100 do not wait.
    world.place(&of_stall("stall-2"));
    for account_type in [None, Some(SubAccountType::Basic)] {
        let funds = world.call(PLATFORM, &of(account_type)).unwrap();
        assert_eq!(funds.account_type, Some(SubAccountType::Basic.into()));
        assert_eq!(funds.available_amount.get(), 10_000);
        assert_eq!(funds.pending_amount, Some(Fen::new(8_000)));
    }
    world.fund(STALL, AccountKind::Operation, 7);
    let funds = world.call(PLATFORM, &of(Some(SubAccountType::Operation))).unwrap();
    assert_eq!((funds.available_amount.get(), funds.pending_amount), (7, Some(Fen::ZERO)));
    for kind in [SubAccountType::Fees, SubAccountType::Deposit] {
        let refused = world.refused(PLATFORM, &of(Some(kind)));
        assert_eq!(refused, refusal::ACCOUNT_NOT_OPEN.plain());
    }
    for other in [PLATFORM, SPONSOR, SHOP, "1"] {
        let other = SubBalance { sub_mchid: mchid(other), account_type: None };
        assert_eq!(world.refused(PLATFORM, &other), refusal::BALANCE_OF_STRANGER.plain());
    }
    assert_eq!(world.refused(STRANGER, &of(None)), refusal::BALANCE_OF_STRANGER.plain());
}
