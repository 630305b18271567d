//! Create, query, cancel, and what time and the payer do, state by state.

use redress_api::compensation::{BillState, Cancel, TransactionType};
use redress_api::{Fen, Open};
use redress_core::compensation::{Answer, CONFIRM_SECONDS_MAX, Step};
use redress_core::ledger::{Phase, Reason};
use redress_core::merchant::Confirmation;
use redress_core::order::Place;
use redress_core::{Job, chart, refusal};

use crate::scene::{
    PAID, PAYER, PLATFORM, SPONSOR, create, mchid, numbered, place, reverse, transaction,
};
use crate::world::World;

pub(crate) const NUMBER: &str = "plfk2020042013";

fn money(world: &World) -> (i64, i64) {
    world.money(&mchid(SPONSOR))
}

/// A world with the example's bill in a state.
pub(crate) fn in_state(state: BillState) -> World {
    let mut world = World::set();
    let mut request = create();
    if state == BillState::Closed {
        request.amount = Fen::new(100_001);
    }
    world.created(&request);
    match state {
        BillState::Accepted | BillState::Closed => {}
        BillState::WaitUserConfirm => world.settle(),
        BillState::Success => {
            world.settle();
            world.answered(NUMBER, Answer::Confirm);
        }
        BillState::Canceling => drop(world.cancelled(NUMBER)),
        BillState::Cancelled => {
            world.cancelled(NUMBER);
            world.settle();
        }
    }
    assert_eq!(world.state(NUMBER), state);
    world.assert_clean();
    world
}

#[test]
fn a_create_is_accepted_and_holds_its_amount() {
    let mut world = World::set();
    let created = world.created(&create());
    assert_eq!(created.state, BillState::Accepted);
    assert_eq!(created.sp_mchid, mchid(PLATFORM));
    assert_eq!(created.receiver_detail.receiver, Some(create().receiver.into()));
    assert_eq!(created.out_bill_no, create().out_bill_no);
    assert_eq!(created.amount, create().amount);
    assert_eq!(created.transfer_remark, Some(create().transfer_remark.to_string()));
    assert_eq!(created.sponsor_mchid, Some(create().sponsor_mchid));
    assert_eq!(created.accept_time, world.now());
    assert_eq!(created.success_time, None);
    let id = created.bill_id.as_str();
    assert!(id.len() == 40 && id.bytes().all(|b| b.is_ascii_digit()), "{id}");
    assert!(id.starts_with(&format!("1330000071100{}", world.now().day_digits())));

    assert_eq!(money(&world), (90_000, 100_000));
    let (hold, _) = world.transfers.last().unwrap();
    assert_eq!(hold.phase, Phase::Pending);
    assert_eq!(hold.reason, Reason::Compensation);
    assert_eq!(hold.debit, chart::available(&mchid(SPONSOR)));
    assert_eq!(hold.credit, chart::payer(PAYER));
    assert_eq!(hold.reference, id);
    world.assert_clean();
}

#[test]
fn a_query_shows_what_the_create_answered() {
    let mut world = World::set();
    let created = world.created(&create());
    let bill = world.queried(NUMBER);
    assert_eq!(bill.bill_id, created.bill_id);
    assert_eq!(bill.receiver_detail, created.receiver_detail);
    assert_eq!(bill.transfer_remark, created.transfer_remark);
    assert_eq!(bill.accept_time, created.accept_time);
    assert_eq!(bill.state, created.state);
    assert_eq!((bill.success_time, bill.close_info), (None, None));
}

#[test]
fn the_way_to_the_payer() {
    let mut world = in_state(BillState::WaitUserConfirm);
    assert_eq!(money(&world), (90_000, 100_000));
    world.step(3_600);
    let bill = world.answered(NUMBER, Answer::Confirm);
    assert_eq!(bill.state, BillState::Success);
    assert_eq!(bill.success_time, Some(world.now()));
    assert_eq!(world.queried(NUMBER), bill);
    assert_eq!(money(&world), (90_000, 90_000));
    let (post, _) = world.transfers.last().unwrap();
    assert_eq!(post.phase.resolves(), world.kept_bill(NUMBER).hold);
    assert!(matches!(post.phase, Phase::Post(_)));
    world.step(CONFIRM_SECONDS_MAX);
    world.settle();
    assert_eq!(world.state(NUMBER), BillState::Success, "the deadline has no meaning any more");
    world.assert_clean();
}

#[test]
fn without_confirmation_a_bill_is_paid_by_itself() {
    let mut world = World::set_without_confirmation();
    assert_eq!(world.created(&create()).state, BillState::Accepted);
    world.settle();
    assert_eq!(world.state(NUMBER), BillState::Success);
    assert_eq!(money(&world), (90_000, 90_000));
    assert!(world.bill_jobs().is_empty());
    world.assert_clean();
}

#[test]
fn the_setting_is_that_of_the_moment_of_the_create() {
    let mut world = World::set();
    world.created(&create());
    world.configure(Confirmation::None);
    world.created(&numbered("second"));
    world.configure(Confirmation::Required);
    world.settle();
    assert_eq!(world.state(NUMBER), BillState::WaitUserConfirm);
    assert_eq!(world.state("second"), BillState::Success);
    world.assert_clean();
}

#[test]
fn a_payer_may_refuse() {
    let mut world = in_state(BillState::WaitUserConfirm);
    let bill = world.answered(NUMBER, Answer::Refuse);
    assert_eq!(bill.state, BillState::Closed);
    let close = bill.close_info.unwrap();
    assert_eq!((close.close_reason.as_str(), close.close_time), ("USER_REFUSED", world.now()));
    assert_eq!(money(&world), (100_000, 100_000));
    world.assert_clean();
}

#[test]
fn a_payer_has_24_hours() {
    let mut world = in_state(BillState::WaitUserConfirm);
    let accepted = world.queried(NUMBER).accept_time;
    world.step(CONFIRM_SECONDS_MAX - 1);
    world.settle();
    assert_eq!(world.state(NUMBER), BillState::WaitUserConfirm);
    world.step(1);
    world.settle();
    let bill = world.queried(NUMBER);
    assert_eq!(bill.state, BillState::Closed);
    let close = bill.close_info.unwrap();
    assert_eq!(close.close_reason, "OVERDUE_CLOSE");
    assert_eq!(close.close_time.seconds_since(accepted), 24 * 3600);
    assert_eq!(money(&world), (100_000, 100_000));
    world.assert_clean();
}

/// A machine that slept: the job that asks the payer is done when the deadline is over.
#[test]
fn a_deadline_counts_from_the_acceptance() {
    let mut world = in_state(BillState::Accepted);
    world.step(3 * CONFIRM_SECONDS_MAX);
    world.settle();
    assert_eq!(world.state(NUMBER), BillState::Closed);
    assert_eq!(money(&world), (100_000, 100_000));
    world.assert_clean();
}

#[test]
fn a_payer_answers_only_while_asked() {
    for state in BillState::ALL {
        for answer in [Answer::Confirm, Answer::Refuse] {
            let mut world = in_state(*state);
            if *state == BillState::WaitUserConfirm {
                world.answered(NUMBER, answer);
            }
            assert_eq!(world.refusal(&World::answers(NUMBER, answer)).code.status, 409);
            assert_eq!(world.refusal(&World::answers("unknown", answer)).code.status, 404);
        }
    }
}

#[test]
fn without_enough_money_the_bill_is_closed() {
    let mut world = World::set();
    let poor = create();
    world.created(&numbered("first"));
    let request = redress_api::compensation::Create { amount: Fen::new(90_001), ..poor };
    let created = world.created(&request);
    assert_eq!(created.state, BillState::Closed);
    let bill = world.queried(NUMBER);
    let close = bill.close_info.unwrap();
    assert_eq!((close.close_reason.as_str(), close.close_time), ("NOT_ENOUGH", world.now()));
    assert_eq!(world.kept_bill(NUMBER).hold, None);
    assert_eq!(money(&world), (90_000, 100_000));
    world.assert_clean();

    // More money comes; the bill stays closed, and its number used.
    world.top_up(SPONSOR, 100_000);
    assert_eq!(world.created(&request).state, BillState::Closed);
    assert_eq!(world.created(&numbered("third")).state, BillState::Accepted);
    world.assert_clean();
}

#[test]
fn the_last_fen_can_be_spent() {
    let mut world = World::set();
    let all = redress_api::compensation::Create { amount: Fen::new(100_000), ..create() };
    assert_eq!(world.created(&all).state, BillState::Accepted);
    assert_eq!(money(&world), (0, 100_000));
    let one = redress_api::compensation::Create { amount: Fen::new(1), ..numbered("one") };
    assert_eq!(world.created(&one).state, BillState::Closed);
    let most = redress_api::compensation::Create { amount: Fen::new(i64::MAX), ..numbered("most") };
    assert_eq!(world.created(&most).state, BillState::Closed);
    world.cancelled(NUMBER);
    assert_eq!(money(&world), (0, 100_000), "the money comes back later");
    world.settle();
    assert_eq!(money(&world), (100_000, 100_000));
    world.assert_clean();
}

/// The same number and content is the same bill, whatever has become of it, for ever.
#[test]
fn a_repeated_create_answers_the_present_state() {
    for state in BillState::ALL {
        let mut world = in_state(*state);
        let mut request = create();
        if *state == BillState::Closed {
            request.amount = Fen::new(100_001);
        }
        let first = world.queried(NUMBER);
        world.step(300 * 24 * 3600);
        let kept = world.kept();
        let again = world.created(&request);
        assert!(kept == world.kept() && world.wrote.is_empty());
        assert_eq!(again.state, *state);
        assert_eq!(again.bill_id, first.bill_id);
        assert_eq!(again.accept_time, first.accept_time);
        assert_eq!(again.success_time, first.success_time);
    }
}

#[test]
fn a_repeated_create_may_leave_out_the_default() {
    let mut world = World::set();
    let first = world.created(&create());
    let mut again = create();
    again.receiver.transaction_info.r#type = None;
    assert_eq!(world.created(&again), first);
    assert!(world.wrote.is_empty());
    again.receiver.transaction_info.r#type = Some(Open::Known(TransactionType::Wxvalue));
    assert_eq!(world.refused(PLATFORM, &again), refusal::BILL_DIFFERS.plain());
}

#[test]
fn a_create_with_other_content_is_refused_whatever_differs() {
    for state in [BillState::Accepted, BillState::Success, BillState::Cancelled] {
        let mut world = in_state(state);
        world.top_up(PLATFORM, 100_000);
        let transaction_id = Some(transaction("42"));
        world.place(&Place { transaction_id, ..place(PLATFORM, "order-2") });
        let changes: [fn(&mut redress_api::compensation::Create); 7] = [
            |create| create.amount = Fen::new(9_999),
            |create| create.transfer_remark = "另一个原因".parse().unwrap(),
            |create| create.sponsor_mchid = mchid(PLATFORM),
            |create| create.transfer_scene_id = None,
            |create| create.user_recv_perception = None,
            |create| create.user_recv_perception = Some("退款".parse().unwrap()),
            |create| create.receiver.transaction_info.transaction_id = transaction("42"),
        ];
        for change in changes {
            let mut request = create();
            change(&mut request);
            assert_eq!(world.refused(PLATFORM, &request), refusal::BILL_DIFFERS.plain());
        }
    }
}

#[test]
fn numbers_belong_to_their_platform() {
    let mut world = World::set();
    world.created(&create());
    let out_bill_no = create().out_bill_no;
    let stranger = crate::scene::STRANGER;
    let unknown = refusal::BILL_UNKNOWN.plain();
    let query = redress_api::compensation::Query { out_bill_no: out_bill_no.clone() };
    assert_eq!(world.refused(stranger, &query), unknown);
    assert_eq!(world.refused(stranger, &Cancel { out_bill_no }), unknown);
    world.top_up(stranger, 10_000);
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, ..place(stranger, "order-1") });
    let mut own = create();
    own.sponsor_mchid = mchid(stranger);
    own.receiver.transaction_info.transaction_id = transaction("42");
    let theirs = world.call(stranger, &own).expect("the same number of another platform");
    assert_ne!(theirs.bill_id, world.queried(NUMBER).bill_id);
    world.assert_clean();
}

#[test]
fn a_number_that_differs_in_case_is_another() {
    let mut world = World::set();
    world.created(&numbered("a1"));
    world.created(&numbered("A1"));
    assert_eq!(money(&world), (80_000, 100_000));
}

#[test]
fn the_platform_may_pay_itself() {
    let mut world = World::set();
    world.top_up(PLATFORM, 10_000);
    let own = redress_api::compensation::Create { sponsor_mchid: mchid(PLATFORM), ..create() };
    assert_eq!(world.created(&own).state, BillState::Accepted);
    assert_eq!(world.money(&mchid(PLATFORM)).0, 10_000, "10000 of the order, 10000 put in");
    world.assert_clean();
}

/// No page names a limit: any number of bills for one order, refunded or not.
#[test]
fn an_order_is_compensated_any_number_of_times() {
    let mut world = World::set();
    world.top_up(SPONSOR, 100_000);
    for number in 0..15 {
        let state = world.created(&numbered(&format!("b{number}"))).state;
        assert_eq!(state, BillState::Accepted);
    }
    assert_eq!(money(&world), (50_000, 200_000));
    let refunded = Some(Fen::new(10_000));
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, refunded, ..place(PLATFORM, "order-2") });
    let mut request = numbered("refunded");
    request.receiver.transaction_info.transaction_id = transaction("42");
    assert_eq!(world.created(&request).state, BillState::Accepted);
    world.assert_clean();
}

#[test]
fn an_order_of_others_cannot_be_compensated() {
    let mut world = World::set();
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, ..place(crate::scene::SHOP, "order-2") });
    for id in ["42", "43", crate::scene::SUBSIDISED] {
        let mut request = create();
        request.receiver.transaction_info.transaction_id = transaction(id);
        assert_eq!(world.refused(PLATFORM, &request), refusal::TRANSACTION_UNKNOWN.plain());
    }
    assert_ne!(PAID, "42");
}

#[test]
fn a_cancel_in_each_state() {
    for state in BillState::ALL {
        let mut world = in_state(*state);
        let out_bill_no = create().out_bill_no;
        match state {
            BillState::Accepted | BillState::WaitUserConfirm => {
                world.step(60);
                let cancelled = world.cancelled(NUMBER);
                assert_eq!(cancelled.state, BillState::Canceling);
                assert_eq!(cancelled.cancel_accept_time, world.now());
                assert_eq!(cancelled.bill_id, world.queried(NUMBER).bill_id);
                assert_eq!(cancelled.out_bill_no, out_bill_no);
                assert_eq!(money(&world), (90_000, 100_000), "not yet");
                world.assert_clean();
                world.settle();
                assert_eq!(world.state(NUMBER), BillState::Cancelled);
                assert_eq!(money(&world), (100_000, 100_000));
            }
            BillState::Canceling | BillState::Cancelled => {
                let first = world.kept_bill(NUMBER).cancel_accept_time.unwrap();
                world.step(60);
                let again = world.cancelled(NUMBER);
                assert!(world.wrote.is_empty());
                assert_eq!(again.cancel_accept_time, first);
                assert_eq!(again.state, *state);
            }
            BillState::Success | BillState::Closed => {
                let refused = world.refused(PLATFORM, &Cancel { out_bill_no });
                assert_eq!(refused, refusal::BILL_NOT_CANCELLABLE.plain());
            }
        }
        world.settle();
        world.assert_clean();
    }
}

#[test]
fn a_cancelled_bill_stays_so_when_its_other_jobs_come() {
    let mut world = in_state(BillState::WaitUserConfirm);
    world.cancelled(NUMBER);
    world.step(CONFIRM_SECONDS_MAX);
    // The deadline's job and the cancel's are both due; the later one first.
    for number in world.due().into_iter().rev() {
        world.work(number, false);
    }
    assert_eq!(world.state(NUMBER), BillState::Cancelled);
    assert_eq!(money(&world), (100_000, 100_000));
    assert!(world.bill_jobs().is_empty());
    world.assert_clean();
}

#[test]
fn a_bill_that_nobody_confirms_cannot_be_cancelled() {
    let mut world = World::set_without_confirmation();
    world.created(&create());
    let cancel = Cancel { out_bill_no: create().out_bill_no };
    let refused = refusal::BILL_NOT_CANCELLABLE.plain();
    assert_eq!(world.refused(PLATFORM, &cancel), refused);
    world.settle();
    assert_eq!(world.refused(PLATFORM, &cancel), refused);
}

/// A job may be done twice, late, and in any state: it looks first.
#[test]
fn jobs_do_their_work_once() {
    for state in BillState::ALL {
        let mut world = in_state(*state);
        world.step(CONFIRM_SECONDS_MAX);
        for step in [Step::Process, Step::Expire, Step::FinishCancel] {
            let sp_mchid = mchid(PLATFORM);
            let job = Job::Bill { sp_mchid, out_bill_no: create().out_bill_no, step };
            let acts = matches!(
                (step, state),
                (Step::Process, BillState::Accepted)
                    | (Step::Expire, BillState::WaitUserConfirm)
                    | (Step::FinishCancel, BillState::Canceling)
            );
            let mut copy = world.clone();
            copy.run(&job).unwrap();
            assert_eq!(!copy.wrote.is_empty(), acts, "{step:?} in {state}");
            copy.run(&job).unwrap();
            assert!(copy.wrote.is_empty(), "{step:?} twice in {state}");
        }
    }
}

#[test]
fn a_job_for_no_bill_is_a_defect() {
    let mut world = World::set();
    let out_bill_no = create().out_bill_no;
    let job = Job::Bill { sp_mchid: mchid(PLATFORM), out_bill_no, step: Step::Process };
    let failure = world.run(&job).unwrap_err();
    assert!(matches!(failure, crate::world::Failure::Broken(_)));
}

#[test]
fn a_job_is_json() {
    let out_bill_no = create().out_bill_no;
    let job = Job::Bill { sp_mchid: mchid(PLATFORM), out_bill_no, step: Step::FinishCancel };
    let printed = serde_json::to_string(&job).unwrap();
    assert_eq!(
        printed,
        r#"{"do":"bill","sp_mchid":"1900001108","out_bill_no":"plfk2020042013","step":"finish_cancel"}"#
    );
    assert_eq!(serde_json::from_str::<Job>(&printed).unwrap(), job);
}

/// A compensation and a reverse do not know of each other: the shop's account is its own.
#[test]
fn a_reversed_order_of_another_leaves_bills_alone() {
    let mut world = in_state(BillState::WaitUserConfirm);
    world.place(&place(crate::scene::SHOP, "order-7"));
    world.call(crate::scene::SHOP, &reverse("order-7")).expect("a reverse");
    world.answered(NUMBER, Answer::Confirm);
    assert_eq!(money(&world), (90_000, 90_000));
    world.assert_clean();
}

/// The deadline holds even before the job that closes the bill has run.
#[test]
fn a_payer_who_answers_too_late_is_not_heard() {
    let mut world = World::set();
    world.created(&create());
    world.settle();
    world.step(24 * 3600);
    let late = World::answers("plfk2020042013", Answer::Confirm);
    assert_eq!(world.refusal(&late).code.status, 409);
    world.settle();
    assert_eq!(world.state("plfk2020042013"), BillState::Closed);
}
