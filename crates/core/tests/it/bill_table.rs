//! Every state of a bill × everything that can be asked of it or happen to it: what must follow, as
//! one literal table for each way in which a bill is made.

use redress_api::Fen;
use redress_api::compensation::{BillState, Cancel, Create, PreTransfer, Query};
use redress_core::compensation::{Answer, PayerAnswers, Step};
use redress_core::refusal::{BILL_DIFFERS, BILL_NOT_CANCELLABLE, BILL_NOT_WAITING};
use redress_core::{Call, Job, Operation, Refusal};

use crate::compensation::{NUMBER, in_state};
use crate::pre_transfer::{laid_in_state, pre};
use crate::scene::{PLATFORM, create, mchid};
use crate::world::{Failure, World};
use BillState::{Accepted, Canceling, Cancelled, Closed, Success, WaitUserConfirm};
use Then::{Conflict, Differs, Goes, NotCancellable, NotWaiting, Stays};

/// What can be asked of a bill, or happen to it.
#[derive(Clone, Copy, Debug)]
enum Act {
    Create,
    CreateOther,
    PreTransfer,
    PreTransferOther,
    Query,
    Cancel,
    Confirm,
    Refuse,
    Process,
    Expire,
    FinishCancel,
}

const ACTS: [Act; 11] = [
    Act::Create,
    Act::CreateOther,
    Act::PreTransfer,
    Act::PreTransferOther,
    Act::Query,
    Act::Cancel,
    Act::Confirm,
    Act::Refuse,
    Act::Process,
    Act::Expire,
    Act::FinishCancel,
];

/// What must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// It is answered, or passes, and nothing is written.
    Stays,
    /// The bill is in another state.
    Goes(BillState),
    /// Refused: other content, not waiting, not to be cancelled; or by the control API.
    Differs,
    NotWaiting,
    NotCancellable,
    Conflict,
}

fn refused(refusal: &Refusal) -> Then {
    for (entry, then) in [
        (BILL_DIFFERS, Differs),
        (BILL_NOT_WAITING, NotWaiting),
        (BILL_NOT_CANCELLABLE, NotCancellable),
    ] {
        if *refusal == entry.plain() {
            return then;
        }
    }
    assert_eq!(refusal.code.status, 409, "{refusal}");
    Conflict
}

fn call<E: Operation + Clone>(world: &mut World, request: &E) -> Result<(), Failure> {
    world.run(&Call { caller: mchid(PLATFORM), request: request.clone() }).map(drop)
}

fn done(world: &mut World, act: Act, amount: Fen) -> Result<(), Failure> {
    let create = Create { amount, ..create() };
    let pre = PreTransfer { amount, ..pre() };
    let other = Fen::new(1);
    let out_bill_no = create.out_bill_no.clone();
    let answers = |answer| PayerAnswers {
        sp_mchid: mchid(PLATFORM),
        out_bill_no: NUMBER.parse().expect("a number"),
        answer,
    };
    let job = |step| Job::Bill {
        sp_mchid: mchid(PLATFORM),
        out_bill_no: NUMBER.parse().expect("a number"),
        step,
    };
    match act {
        Act::Create => call(world, &create),
        Act::CreateOther => call(world, &Create { amount: other, ..create }),
        Act::PreTransfer => call(world, &pre),
        Act::PreTransferOther => call(world, &PreTransfer { amount: other, ..pre }),
        Act::Query => call(world, &Query { out_bill_no }),
        Act::Cancel => call(world, &Cancel { out_bill_no }),
        Act::Confirm => world.run(&answers(Answer::Confirm)).map(drop),
        Act::Refuse => world.run(&answers(Answer::Refuse)).map(drop),
        Act::Process => world.run(&job(Step::Process)),
        Act::Expire => world.run(&job(Step::Expire)),
        Act::FinishCancel => world.run(&job(Step::FinishCancel)),
    }
}

fn check(world: &World, state: BillState, row: [Then; 11]) {
    let before = world.kept_bill(NUMBER);
    assert_eq!(before.state, state);
    for (act, expected) in ACTS.into_iter().zip(row) {
        let mut world = world.clone();
        let kept = world.kept();
        let then = match done(&mut world, act, before.content.amount) {
            Ok(()) if world.wrote.is_empty() => Stays,
            Ok(()) => Goes(world.kept_bill(NUMBER).state),
            Err(Failure::Refused(refusal)) => refused(&refusal),
            Err(Failure::Broken(broken)) => panic!("{act:?} in {state}: {broken}"),
        };
        assert_eq!(then, expected, "{act:?} in {state}");
        if !matches!(then, Goes(_)) {
            assert!(kept == world.kept(), "{act:?} in {state} has changed something");
        }
        world.assert_clean();
    }
}

#[test]
fn a_bill_that_a_create_has_made() {
    let same = [Stays, Differs, Differs, Differs, Stays];
    let rest = [
        (Accepted, [Goes(Canceling), Conflict, Conflict, Goes(WaitUserConfirm), Stays, Stays]),
        (
            WaitUserConfirm,
            [Goes(Canceling), Goes(Success), Goes(Closed), Stays, Goes(Closed), Stays],
        ),
        (Canceling, [Stays, Conflict, Conflict, Stays, Stays, Goes(Cancelled)]),
        (Cancelled, [Stays, Conflict, Conflict, Stays, Stays, Stays]),
        (Success, [NotCancellable, Conflict, Conflict, Stays, Stays, Stays]),
        (Closed, [NotCancellable, Conflict, Conflict, Stays, Stays, Stays]),
    ];
    assert_eq!(rest.len(), BillState::ALL.len());
    for (state, rest) in rest {
        check(&in_state(state), state, joined(same, rest));
    }
}

#[test]
fn a_bill_that_asks_nobody() {
    let same = [Stays, Differs, Differs, Differs, Stays];
    let mut world = World::set_without_confirmation();
    world.created(&create());
    let rest = [NotCancellable, Conflict, Conflict, Goes(Success), Stays, Stays];
    check(&world, Accepted, joined(same, rest));
    world.settle();
    let rest = [NotCancellable, Conflict, Conflict, Stays, Stays, Stays];
    check(&world, Success, joined(same, rest));
}

#[test]
fn a_bill_that_a_pre_transfer_has_made() {
    let rest = [
        (
            WaitUserConfirm,
            Stays,
            [Goes(Canceling), Goes(Success), Goes(Closed), Stays, Goes(Closed), Stays],
        ),
        (Canceling, NotWaiting, [Stays, Conflict, Conflict, Stays, Stays, Goes(Cancelled)]),
        (Cancelled, NotWaiting, [Stays, Conflict, Conflict, Stays, Stays, Stays]),
        (Success, NotWaiting, [NotCancellable, Conflict, Conflict, Stays, Stays, Stays]),
        (Closed, NotWaiting, [NotCancellable, Conflict, Conflict, Stays, Stays, Stays]),
    ];
    // Never ACCEPTED: its money is locked and its payer asked at once.
    assert_eq!(rest.len() + 1, BillState::ALL.len());
    for (state, again, rest) in rest {
        let same = [Differs, Differs, again, Differs, Stays];
        check(&laid_in_state(state), state, joined(same, rest));
    }
}

fn joined(same: [Then; 5], rest: [Then; 6]) -> [Then; 11] {
    let mut row = [Stays; 11];
    row[..5].copy_from_slice(&same);
    row[5..].copy_from_slice(&rest);
    row
}
