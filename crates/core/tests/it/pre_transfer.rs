//! The pre-transfer: its money, its package, its end, and what its platform is told.

use redress_api::compensation::{BillState, Cancel, Create, PreTransfer, PreTransferred};
use redress_api::{Fen, NotifyUrl};
use redress_core::compensation::{Answer, CONFIRM_SECONDS_MAX, PackageAnswers};
use redress_core::ledger::{Phase, Reason};
use redress_core::notice::Notice;
use redress_core::order::Place;
use redress_core::{chart, refusal};

use crate::compensation::NUMBER;
use crate::scene::{
    APPID, PAYER, PLATFORM, SPONSOR, STRANGER, create, mchid, numbered, place, transaction,
};
use crate::world::World;

const URL: &str = "https://www.weixin.qq.com/wxpay/pay.php";

/// The content of the page's create, laid ready.
pub(crate) fn pre() -> PreTransfer {
    let Create {
        receiver,
        out_bill_no,
        amount,
        transfer_remark,
        sponsor_mchid,
        transfer_scene_id,
        user_recv_perception,
    } = create();
    PreTransfer {
        sp_appid: Some(APPID.parse().expect("an appid")),
        receiver,
        out_bill_no,
        amount,
        transfer_remark,
        sponsor_mchid,
        transfer_scene_id,
        user_recv_perception,
        notify_url: Some(URL.parse().expect("an address")),
    }
}

impl World {
    pub(crate) fn laid(&mut self, request: &PreTransfer) -> PreTransferred {
        self.call(PLATFORM, request).expect("a bill")
    }

    pub(crate) fn notices(&self) -> Vec<Notice> {
        let rows = self.rows.iter().filter(|(name, _)| name.starts_with("notice "));
        rows.map(|(_, (_, _, body))| serde_json::from_str(body).expect("a notice")).collect()
    }
}

/// A world with the pre-transfer's bill in a state.
pub(crate) fn laid_in_state(state: BillState) -> World {
    let mut world = World::set();
    world.laid(&pre());
    match state {
        BillState::Accepted => unreachable!("its payer is asked at once"),
        BillState::WaitUserConfirm => {}
        BillState::Success => drop(world.answered(NUMBER, Answer::Confirm)),
        BillState::Closed => drop(world.answered(NUMBER, Answer::Refuse)),
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

fn money(world: &World) -> (i64, i64) {
    world.money(&mchid(SPONSOR))
}

#[test]
fn it_locks_the_money_and_asks_at_once() {
    let mut world = World::set();
    let laid = world.laid(&pre());
    assert_eq!((laid.out_bill_no, laid.accept_time), (pre().out_bill_no, world.now()));
    assert_eq!(money(&world), (90_000, 100_000));
    let (hold, _) = world.transfers.last().unwrap();
    assert_eq!((hold.phase, hold.reason), (Phase::Pending, Reason::Compensation));
    assert_eq!(hold.credit, chart::payer(PAYER));
    assert_eq!(hold.reference, laid.bill_id.as_str());
    assert_eq!(world.state(NUMBER), BillState::WaitUserConfirm);
    world.assert_clean();

    // A package is 128 bits in Base64.
    let package = laid.package_info;
    let (digits, end) = package.split_at(22);
    assert_eq!(end, "==");
    assert!(digits.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/'));
    assert!(matches!(digits.as_bytes()[21], b'A' | b'Q' | b'g' | b'w'), "{package}");
    let other = world.laid(&PreTransfer { out_bill_no: "b2".parse().unwrap(), ..pre() });
    assert_ne!(other.package_info, package);
}

#[test]
fn the_same_again_is_the_same_package_until_the_end() {
    let mut world = World::set();
    let first = world.laid(&pre());
    world.step(CONFIRM_SECONDS_MAX - 1);
    assert_eq!(world.laid(&pre()), first);
    assert!(world.wrote.is_empty());
    // The deadline holds even before the job that closes the bill has run.
    world.step(1);
    assert_eq!(world.refused(PLATFORM, &pre()), refusal::BILL_NOT_WAITING.plain());
    world.settle();
    assert_eq!(world.state(NUMBER), BillState::Closed);
    assert_eq!(money(&world), (100_000, 100_000));
    assert_eq!(world.refused(PLATFORM, &pre()), refusal::BILL_NOT_WAITING.plain());
    world.assert_clean();
}

#[test]
fn other_content_is_refused_whatever_differs() {
    let mut world = World::set();
    world.laid(&pre());
    world.top_up(PLATFORM, 100_000);
    let transaction_id = Some(transaction("42"));
    world.place(&Place { transaction_id, ..place(PLATFORM, "order-2") });
    let changes: [fn(&mut PreTransfer); 9] = [
        |pre| pre.sp_appid = None,
        |pre| pre.receiver.transaction_info.transaction_id = transaction("42"),
        |pre| pre.amount = Fen::new(9_999),
        |pre| pre.transfer_remark = "另一个原因".parse().unwrap(),
        |pre| pre.sponsor_mchid = mchid(PLATFORM),
        |pre| pre.transfer_scene_id = None,
        |pre| pre.user_recv_perception = None,
        |pre| pre.notify_url = None,
        |pre| pre.notify_url = Some("https://a.example/b".parse().unwrap()),
    ];
    for change in changes {
        let mut request = pre();
        change(&mut request);
        assert_eq!(world.refused(PLATFORM, &request), refusal::BILL_DIFFERS.plain());
    }
    let mut least = pre();
    least.receiver.transaction_info.r#type = None;
    world.laid(&least);
    assert!(world.wrote.is_empty(), "what is left out is the same as what it stands for");
}

#[test]
fn a_number_is_one_bills_however_it_was_made() {
    let mut world = World::set();
    let bare = |number: &str| PreTransfer {
        out_bill_no: number.parse().unwrap(),
        sp_appid: None,
        notify_url: None,
        ..pre()
    };
    world.created(&numbered("b1"));
    world.laid(&bare("b2"));
    assert_eq!(world.refused(PLATFORM, &bare("b1")), refusal::BILL_DIFFERS.plain());
    assert_eq!(world.refused(PLATFORM, &numbered("b2")), refusal::BILL_DIFFERS.plain());
}

/// Other than the create, which makes a bill and closes it.
#[test]
fn without_enough_money_there_is_no_bill() {
    let mut world = World::set();
    let poor = PreTransfer { amount: Fen::new(100_001), ..pre() };
    assert_eq!(world.refused(PLATFORM, &poor), refusal::SPONSOR_NOT_ENOUGH.plain());
    world.top_up(SPONSOR, 1);
    world.laid(&poor);
    assert_eq!(money(&world).0, 0);
    world.assert_clean();
}

/// What a create asks of its caller, a pre-transfer asks too.
#[test]
fn it_is_admitted_as_a_create_is() {
    let mut world = World::set();
    let mut request = pre();
    request.sponsor_mchid = mchid(STRANGER);
    assert_eq!(world.refused(PLATFORM, &request), refusal::SPONSOR_NOT_AUTHORISED.plain());
    let mut request = pre();
    request.receiver.transaction_info.transaction_id = transaction("42");
    assert_eq!(world.refused(PLATFORM, &request), refusal::TRANSACTION_UNKNOWN.plain());
    let request = PreTransfer { sp_appid: Some("wx0".parse().unwrap()), ..pre() };
    assert_eq!(world.refused(PLATFORM, &request), refusal::APPID_DIFFERS.plain());
    let mut request = pre();
    request.sponsor_mchid = mchid(STRANGER);
    assert_eq!(world.refused(STRANGER, &request).code.code, "ORDER_NOT_EXIST");
}

#[test]
fn a_payer_answers_by_the_package() {
    for (answer, state, left) in [
        (Answer::Confirm, BillState::Success, 90_000),
        (Answer::Refuse, BillState::Closed, 100_000),
    ] {
        let mut world = World::set();
        let package_info = world.laid(&pre()).package_info;
        let answers = PackageAnswers { package_info, answer };
        assert_eq!(world.run(&answers).unwrap().state, state);
        assert_eq!(money(&world), (left, left));
        assert_eq!(world.refusal(&answers).code.status, 409);
        let unknown = PackageAnswers { package_info: "x".to_owned(), answer };
        assert_eq!(world.refusal(&unknown).code.status, 404);
        world.assert_clean();
    }
}

/// Whichever comes first is heard; the other finds the bill elsewhere.
#[test]
fn of_a_confirm_and_a_cancel_one_is_heard() {
    let mut world = laid_in_state(BillState::WaitUserConfirm);
    let mut other = world.clone();
    world.answered(NUMBER, Answer::Confirm);
    let cancel = Cancel { out_bill_no: pre().out_bill_no };
    assert_eq!(world.refused(PLATFORM, &cancel), refusal::BILL_NOT_CANCELLABLE.plain());
    other.cancelled(NUMBER);
    assert_eq!(other.refusal(&World::answers(NUMBER, Answer::Confirm)).code.status, 409);
    other.settle();
    assert_eq!((money(&world), money(&other)), ((90_000, 90_000), (100_000, 100_000)));
    world.assert_clean();
    other.assert_clean();
}

/// Told on success and on close, once, with what a query says; not of a cancel.
#[test]
fn its_end_is_told() {
    for state in BillState::ALL {
        if *state == BillState::Accepted {
            continue;
        }
        let mut world = laid_in_state(*state);
        let notices = world.notices();
        if !matches!(state, BillState::Success | BillState::Closed) {
            assert!(notices.is_empty(), "{state}");
            continue;
        }
        let [notice] = &notices[..] else { panic!("{state}: {notices:?}") };
        assert_eq!(notice.mchid, mchid(PLATFORM));
        assert_eq!(notice.url, URL.parse::<NotifyUrl>().unwrap());
        assert_eq!(notice.event_type, "MCHTRANSFER.COMPENSATE.FINISHED");
        assert_eq!(notice.original_type, "compensate_bill");
        let told = serde_json::from_str(&notice.resource).unwrap();
        assert_eq!(world.queried(NUMBER), told);
    }
    let mut world = laid_in_state(BillState::WaitUserConfirm);
    world.step(CONFIRM_SECONDS_MAX);
    world.settle();
    assert_eq!(world.notices().len(), 1, "24 hours over");
    // A bill that a create has made has no address and tells nobody.
    let mut world = World::set();
    world.created(&create());
    world.settle();
    world.answered(NUMBER, Answer::Confirm);
    assert!(world.notices().is_empty());
}

/// Without an address in the request, that of the platform's console; without one, nobody is told.
#[test]
fn it_is_told_where_the_console_says() {
    for console in [None, Some("http://127.0.0.1:9/told".parse::<NotifyUrl>().unwrap())] {
        let mut world = World::set();
        let mut platform: redress_core::merchant::Merchant = world.get(PLATFORM).unwrap();
        platform.notify_url.clone_from(&console);
        world.overwrite(&platform);
        world.laid(&PreTransfer { notify_url: None, ..pre() });
        world.answered(NUMBER, Answer::Confirm);
        let told: Vec<_> = world.notices().into_iter().map(|notice| notice.url).collect();
        assert_eq!(told, Vec::from_iter(console));
        world.assert_clean();
    }
}
