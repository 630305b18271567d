//! Each state of an order with each thing that can be asked of it: what is allowed is done, what
//! is not is refused in the documented words and writes nothing.

use redress_api::sharing::Amounts;
use redress_api::{Fen, partner, pay};
use redress_core::Operation;
use redress_core::order::{Outcome, Place, SETTLE_SECONDS, TradeState, TradeType};
use redress_core::payer::Code;
use redress_core::refusal::{self, Entry};

use crate::codepay::{codepay, shown};
use crate::prepay::requests::{native, partner_jsapi};
use crate::refunds::money::fund;
use crate::refunds::{ORDER, apply, create, of_mall};
use crate::scene::{
    MALL, SHOP, STALL, close, mchid, of_stall, partner_reverse, place, reverse, transaction,
};
use crate::sharing::{ORDER as ID, finish, share};
use crate::subsidies;
use crate::world::{Failure, World};

/// How an order came to its state.
#[derive(Clone, Copy, Debug)]
struct Stage {
    is_code: bool,
    state: TradeState,
    /// Whether it was ever paid.
    paid: bool,
}

const STAGES: [Stage; 10] = [
    stage(true, TradeState::UserPaying, false),
    stage(true, TradeState::PayError, false),
    stage(true, TradeState::Success, true),
    stage(true, TradeState::Refund, true),
    stage(true, TradeState::Revoked, true),
    stage(true, TradeState::Revoked, false),
    stage(false, TradeState::NotPay, false),
    stage(false, TradeState::Closed, false),
    stage(false, TradeState::Success, true),
    stage(false, TradeState::Refund, true),
];

const fn stage(is_code: bool, state: TradeState, paid: bool) -> Stage {
    Stage { is_code, state, paid }
}

/// What is to become of an order's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Money {
    /// It is the seller's.
    Sold,
    /// It waits for sharing.
    Waits,
    /// It waits for a subsidy that was announced.
    Announced,
    /// The subsidy was paid.
    Subsidised,
    /// Sharing is finished.
    Finished,
}

/// An order: the shop's own, or the stall's that the mall has placed.
#[derive(Clone, Copy, Debug)]
struct Case {
    of_stall: bool,
    stage: Stage,
    money: Money,
}

impl Case {
    /// Whether there can be such an order: shops and code payments have no subsidies, and what
    /// happens after a payment needs one.
    fn can_be(&self) -> bool {
        match self.money {
            Money::Sold | Money::Waits => true,
            Money::Announced => self.of_stall && !self.stage.is_code,
            Money::Subsidised => self.of_stall && !self.stage.is_code && self.stage.paid,
            Money::Finished => self.of_stall && self.stage.paid,
        }
    }
}

fn cases() -> Vec<Case> {
    let fates = [Money::Sold, Money::Waits, Money::Announced, Money::Subsidised, Money::Finished];
    let of = |of_stall| {
        STAGES.into_iter().flat_map(move |stage| {
            fates.into_iter().map(move |money| Case { of_stall, stage, money })
        })
    };
    of(false).chain(of(true)).filter(Case::can_be).collect()
}

fn subsidy(fen: i64) -> redress_api::subsidy::Create {
    redress_api::subsidy::Create { transaction_id: transaction(ID), ..subsidies::create(fen) }
}

/// A world with the order, and a code that a payer shows.
fn world_of(case: Case) -> (World, Code) {
    let Case { of_stall: is_stalls, stage, money } = case;
    let mut world = World::set();
    let failed = stage.state == TradeState::PayError;
    let unpaid = if failed { Outcome::Failed } else { Outcome::Unpaid };
    world.place(&Place {
        outcome: if stage.paid { Outcome::Paid } else { unpaid },
        trade_type: if stage.is_code { TradeType::Micropay } else { TradeType::Native },
        transaction_id: stage.paid.then(|| transaction(ID)),
        profit_sharing: money != Money::Sold,
        subsidy_amount: matches!(money, Money::Announced | Money::Subsidised)
            .then(|| Fen::new(500)),
        refunded: (stage.state == TradeState::Refund).then(|| Fen::new(10)),
        ..if is_stalls { of_stall(ORDER) } else { place(SHOP, ORDER) }
    });
    fund(&mut world, MALL, 1_000);
    if stage.paid {
        world.step(SETTLE_SECONDS);
    }
    match money {
        Money::Sold | Money::Waits | Money::Announced => {}
        Money::Subsidised => drop(world.call(MALL, &subsidy(500)).expect("a subsidy")),
        Money::Finished => drop(world.call(MALL, &finish("F1")).expect("a finish")),
    }
    let by = if is_stalls { MALL } else { SHOP };
    if stage.state == TradeState::Revoked {
        ask(&mut world, case, Request::Reverse, None).expect("a reverse");
    }
    if stage.state == TradeState::Closed {
        ask(&mut world, case, Request::Close, None).expect("a close");
    }
    let order = world.order(by, ORDER);
    assert_eq!((order.state, order.success_time.is_some()), (stage.state, stage.paid));
    let code = shown(&mut world, false);
    (world, code)
}

#[derive(Clone, Copy, Debug)]
enum Request {
    Query,
    QueryById,
    Close,
    Reverse,
    Refund,
    Apply,
    Subsidise,
    GiveBack,
    CancelSubsidy,
    Share,
    Finish,
    Amounts,
    Codepay,
    Prepay,
}

const REQUESTS: [Request; 14] = [
    Request::Query,
    Request::QueryById,
    Request::Close,
    Request::Reverse,
    Request::Refund,
    Request::Apply,
    Request::Subsidise,
    Request::GiveBack,
    Request::CancelSubsidy,
    Request::Share,
    Request::Finish,
    Request::Amounts,
    Request::Codepay,
    Request::Prepay,
];

fn call<E: Operation + Clone>(world: &mut World, by: &str, request: &E) -> Result<(), Failure> {
    world.call(by, request).map(drop)
}

/// Asks as the merchant that placed it; what only platforms can ask, as the mall.
fn ask(
    world: &mut World,
    case: Case,
    request: Request,
    code: Option<&Code>,
) -> Result<(), Failure> {
    let out_trade_no = || ORDER.parse().expect("a number");
    let (transaction_id, sub_mchid) = (transaction(ID), mchid(STALL));
    let stalls = partner_reverse(ORDER);
    let (sp_mchid, seller) = (stalls.sp_mchid.clone(), stalls.sub_mchid.clone());
    match (request, case.of_stall) {
        (Request::Query, false) => {
            call(world, SHOP, &pay::Query { out_trade_no: out_trade_no(), mchid: mchid(SHOP) })
        }
        (Request::Query, true) => {
            let out_trade_no = out_trade_no();
            call(world, MALL, &partner::Query { out_trade_no, sp_mchid, sub_mchid })
        }
        (Request::QueryById, false) => {
            call(world, SHOP, &pay::QueryById { transaction_id, mchid: mchid(SHOP) })
        }
        (Request::QueryById, true) => {
            call(world, MALL, &partner::QueryById { transaction_id, sp_mchid, sub_mchid })
        }
        (Request::Close, false) => call(world, SHOP, &close(ORDER)),
        (Request::Close, true) => {
            let out_trade_no = out_trade_no();
            call(world, MALL, &partner::Close { out_trade_no, sp_mchid, sub_mchid })
        }
        (Request::Reverse, false) => call(world, SHOP, &reverse(ORDER)),
        (Request::Reverse, true) => call(world, MALL, &stalls),
        (Request::Refund, false) => call(world, SHOP, &create("refund-1", 1)),
        (Request::Refund, true) => call(world, MALL, &of_mall("refund-1", 1)),
        (Request::Apply, _) => call(world, MALL, &apply("refund-1", 1)),
        (Request::Subsidise, _) => call(world, MALL, &subsidy(500)),
        (Request::GiveBack, _) => {
            let back = subsidies::give_back("return-1", 1);
            call(world, MALL, &redress_api::subsidy::Return { transaction_id, ..back })
        }
        (Request::CancelSubsidy, _) => {
            let cancel = crate::scene::subsidy_cancel();
            call(world, MALL, &redress_api::subsidy::Cancel { transaction_id, ..cancel })
        }
        (Request::Share, _) => call(world, MALL, &share("P1", &[(STALL, 1)])),
        (Request::Finish, _) => call(world, MALL, &finish("F2")),
        (Request::Amounts, _) => call(world, MALL, &Amounts { transaction_id }),
        (Request::Codepay, is_stalls) => {
            let direct = codepay(ORDER, code.expect("a code"), 1);
            if !is_stalls {
                return call(world, SHOP, &direct);
            }
            let stalls = partner::Codepay {
                sp_appid: direct.appid,
                sp_mchid,
                sub_appid: None,
                sub_mchid: seller,
                description: direct.description,
                out_trade_no: direct.out_trade_no,
                attach: None,
                goods_tag: None,
                support_fapiao: None,
                payer: direct.payer,
                amount: direct.amount,
                scene_info: direct.scene_info,
                detail: None,
                settle_info: None,
            };
            call(world, MALL, &stalls)
        }
        (Request::Prepay, false) => call(world, SHOP, &native(ORDER)),
        (Request::Prepay, true) => call(world, MALL, &partner_jsapi(ORDER, None)),
    }
}

/// The first of the conditions that is met refuses.
fn first(conditions: &[(bool, Entry)]) -> Option<Entry> {
    conditions.iter().find(|(met, _)| *met).map(|(_, entry)| *entry)
}

/// What refuses it.
fn refused(case: Case, request: Request) -> Option<Entry> {
    let Case { of_stall, stage: Stage { is_code, state, paid }, money } = case;
    let is = |other| state == other;
    let reversed = is(TradeState::Revoked);
    let stands = paid && !reversed;
    let refunded = is(TradeState::Refund);
    let foreign = !of_stall || !paid;
    let (sold, finished) = (money == Money::Sold, money == Money::Finished);
    let (announced, subsidised) = (money == Money::Announced, money == Money::Subsidised);
    let unmarked = !announced && !subsidised;
    let refund = [(!paid, refusal::REFUND_ORDER_UNKNOWN), (reversed, refusal::REFUND_REVERSED)];
    let share = |left: Entry| {
        first(&[
            (foreign, refusal::SHARE_ORDER_UNKNOWN),
            (sold, refusal::SHARE_NOT_MARKED),
            (reversed, refusal::SHARE_REVOKED),
            (announced, refusal::SHARE_SUBSIDY_OPEN),
            (finished, left),
        ])
    };
    match request {
        Request::Query => None,
        Request::QueryById => first(&[(!paid, refusal::ORDER_UNKNOWN)]),
        Request::Close => {
            first(&[(is_code, refusal::CLOSE_CODE_PAYMENT), (stands, refusal::CLOSE_PAID)])
        }
        Request::Reverse => {
            first(&[(!is_code, refusal::NOT_A_CODE_PAYMENT), (refunded, refusal::REVERSE_REFUNDED)])
        }
        Request::Refund => first(&refund),
        Request::Apply => first(&[(foreign, refusal::REFUND_ORDER_UNKNOWN), refund[1]]),
        Request::Subsidise => first(&[
            (foreign, refusal::SUBSIDY_ORDER_UNKNOWN),
            (unmarked, refusal::SUBSIDISE_NO_MARK),
        ]),
        Request::GiveBack => first(&[
            (foreign, refusal::SUBSIDY_ORDER_UNKNOWN),
            (!subsidised, refusal::GIVE_BACK_UNPAID),
            (!refunded, refusal::GIVE_BACK_NO_REFUND),
        ]),
        Request::CancelSubsidy => first(&[
            (foreign, refusal::SUBSIDY_ORDER_UNKNOWN),
            (unmarked, refusal::NO_SUBSIDY_MARK),
            (subsidised, refusal::SUBSIDY_PAID),
            (!refunded, refusal::SUBSIDY_NO_REFUND),
        ]),
        Request::Share => share(refusal::SHARE_FINISHED),
        Request::Finish => share(refusal::FINISH_NOTHING_LEFT),
        Request::Amounts => {
            first(&[(foreign, refusal::SHARE_UNKNOWN), (sold, refusal::AMOUNTS_NOT_MARKED)])
        }
        Request::Codepay if reversed => Some(refusal::NUMBER_REVOKED),
        Request::Codepay => Some(refusal::NUMBER_USED),
        Request::Prepay => Some(match state {
            // Whoever placed it has asked for something else.
            TradeState::NotPay => refusal::REENTRY_DIFFERS,
            TradeState::Closed => refusal::NUMBER_CLOSED,
            TradeState::Revoked => refusal::NUMBER_REVOKED,
            TradeState::UserPaying
            | TradeState::PayError
            | TradeState::Success
            | TradeState::Refund => refusal::NUMBER_USED,
        }),
    }
}

#[test]
fn every_state_and_every_request() {
    assert!(TradeState::ALL.iter().all(|state| STAGES.iter().any(|stage| stage.state == *state)));
    let cases = cases();
    assert_eq!(cases.len(), 10 * 2 + (6 * 2 + 3) + (4 * 3 + 2 * 2));
    for case in cases {
        let (world, code) = world_of(case);
        world.assert_clean();
        for request in REQUESTS {
            let mut world = world.clone();
            let before = world.kept();
            match (ask(&mut world, case, request, Some(&code)), refused(case, request)) {
                (Ok(()), None) => world.assert_clean(),
                (Err(Failure::Refused(refusal)), Some(entry)) => {
                    assert_eq!(refusal, entry.plain(), "{request:?} of {case:?}");
                    assert!(before == world.kept(), "{request:?} of {case:?} has written");
                }
                (answer, expected) => {
                    panic!("{request:?} of {case:?}: {answer:?}, not {expected:?}")
                }
            }
        }
    }
}
