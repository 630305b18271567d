//! What merchants are told: when again, when no more, and what a made-up notice may say.

use redress_api::security::EchoNotice;
use redress_core::notice::{
    Echo, Event, MakeUp, Notice, Outcome, RETRY_SECONDS, Record, Resend, SetUrl, State,
};
use redress_core::{Find, Job, Refusal};

use crate::scene::{SHOP, START, mchid};
use crate::world::World;

const URL: &str = "https://shop.example/notify";

fn made_up() -> MakeUp {
    serde_json::from_value(serde_json::json!({
        "mchid": SHOP, "url": URL, "event_type": "TRANSACTION.SUCCESS",
        "original_type": "transaction", "summary": "支付成功", "resource": { "a": 1 },
    }))
    .expect("a notice")
}

fn told(world: &mut World) -> Notice {
    world.run(&made_up()).expect("a notice")
}

const FAILED: Outcome = Outcome::Answered { status: 500 };
const TAKEN: Outcome = Outcome::Answered { status: 200 };

/// Waits for the next attempt, and keeps how it ended.
fn attempt(world: &mut World, notice: &Notice, outcome: Outcome) -> Notice {
    let job = Job::Notify { id: notice.id.clone() };
    let found = world.jobs.iter().find(|(_, (_, waiting))| *waiting == job);
    let (number, at) = found.map(|(number, (at, _))| (*number, *at)).expect("a job");
    world.step(at.seconds_since(world.now()).max(0));
    let notice = world.run(&Record { id: notice.id.clone(), outcome }).expect("a record");
    world.jobs.remove(&number);
    world.assert_clean();
    notice
}

fn waiting(world: &World) -> usize {
    world.jobs.values().filter(|(_, job)| matches!(job, Job::Notify { .. })).count()
}

fn in_state(world: &mut World, state: State) -> Notice {
    let notice = told(world);
    match state {
        State::Waiting => notice,
        State::Delivered => attempt(world, &notice, TAKEN),
        State::GivenUp => {
            (0..=RETRY_SECONDS.len()).fold(notice, |notice, _| attempt(world, &notice, FAILED))
        }
    }
}

#[test]
fn a_receiver_that_always_fails_is_tried_sixteen_times() {
    let mut world = World::set();
    let mut notice = told(&mut world);
    let start = notice.create_time;
    let mut expected = vec![0];
    for seconds in RETRY_SECONDS {
        expected.push(expected.last().expect("one") + seconds);
    }
    while notice.state == State::Waiting {
        notice = attempt(&mut world, &notice, FAILED);
    }
    let made = |notice: &Notice| -> Vec<i64> {
        notice.attempts.iter().map(|attempt| attempt.at.seconds_since(start)).collect()
    };
    assert_eq!(made(&notice), expected);
    assert_eq!(expected.last(), Some(&(24 * 3600 + 4 * 60)));
    assert_eq!((notice.state, waiting(&world)), (State::GivenUp, 0));
}

#[test]
fn a_late_attempt_delays_no_other() {
    let mut world = World::set();
    let notice = told(&mut world);
    world.step(10);
    let notice = attempt(&mut world, &notice, FAILED);
    assert_eq!(notice.due.seconds_since(notice.create_time), RETRY_SECONDS[0]);
    assert_eq!(notice.attempts[0].at.seconds_since(notice.attempts[0].due), 10);
}

#[test]
fn two_answers_take_it_and_no_others() {
    let why = || "x".to_owned();
    let taken = [200, 204].map(|status| Outcome::Answered { status });
    let refused = [100, 199, 201, 202, 203, 205, 206, 301, 302, 400, 401, 404, 500, 503];
    let refused = refused.map(|status| Outcome::Answered { status }).into_iter().chain([
        Outcome::Deceived { status: 200 },
        Outcome::TimedOut,
        Outcome::Unreachable { why: why() },
        Outcome::Unsent { why: why() },
    ]);
    let mut world = World::set();
    for (outcome, state) in taken
        .into_iter()
        .map(|outcome| (outcome, State::Delivered))
        .chain(refused.map(|outcome| (outcome, State::Waiting)))
    {
        let notice = told(&mut world);
        let kept = attempt(&mut world, &notice, outcome.clone());
        assert_eq!(kept.state, state, "{outcome:?}");
        assert_eq!(kept.attempts[0].outcome, outcome);
        if state == State::Waiting {
            attempt(&mut world, &kept, TAKEN);
        }
        assert_eq!(waiting(&world), 0);
    }
}

#[test]
fn what_may_follow_what() {
    for state in [State::Waiting, State::Delivered, State::GivenUp] {
        let mut world = World::set();
        let notice = in_state(&mut world, state);
        assert_eq!(notice.state, state);
        let resend = Resend { id: notice.id.clone() };
        if state == State::Waiting {
            let Refusal { code, .. } = world.refusal(&resend);
            assert_eq!(code.status, 409);
            continue;
        }
        // A record that comes when all is done changes nothing.
        for outcome in [FAILED, TAKEN, Outcome::TimedOut] {
            let before = world.kept();
            let record = Record { id: notice.id.clone(), outcome };
            assert_eq!(world.run(&record).expect("a record"), notice);
            assert_eq!(world.kept(), before);
        }
        world.step(100);
        let again = world.run(&resend).expect("a resend");
        assert_eq!((again.state, again.failed, again.due), (State::Waiting, 0, world.now()));
        assert_eq!(again.attempts, notice.attempts);
        let failed = attempt(&mut world, &again, FAILED);
        assert_eq!(failed.due.seconds_since(again.due), RETRY_SECONDS[0]);
        assert_eq!(attempt(&mut world, &failed, TAKEN).state, State::Delivered);
    }
}

#[test]
fn the_first_attempt_alone_can_be_a_probe() {
    let mut world = World::set();
    assert!(!told(&mut world).probes(false));
    let notice = world.run(&MakeUp { probe: true, ..made_up() }).expect("a notice");
    assert!(notice.probes(false));
    let notice = attempt(&mut world, &notice, Outcome::Deceived { status: 200 });
    assert!(!notice.probes(false));
}

#[test]
fn events_fit_the_envelope() {
    for event in [
        Event::PAID,
        Event::REFUNDED,
        Event::REFUND_ABNORMAL,
        Event::REFUND_CLOSED,
        Event::SHARED,
        Event::SHARE_RETURNED,
        Event::COMPENSATED,
        Event::ECHOED,
    ] {
        let length = |text: &str| text.chars().count();
        assert!(length(event.event_type) <= 32, "{event:?}");
        // It is the associated data, too.
        assert!(length(event.original_type) <= 16, "{event:?}");
        assert!(length(event.summary) <= 16, "{event:?}");
    }
}

#[test]
fn a_merchant_that_tries_its_keys_is_told_what_it_was_answered() {
    let mut world = World::set();
    for (sealed, told) in [
        (Some("c2VhbGVk"), r#"{"echo_message":"hello","encrypt_echo_message":"c2VhbGVk"}"#),
        (None, r#"{"echo_message":"hello"}"#),
    ] {
        let resource = EchoNotice {
            echo_message: "hello".to_owned(),
            encrypt_echo_message: sealed.map(str::to_owned),
        };
        let url = URL.parse().expect("an address");
        world.run(&Echo { mchid: mchid(SHOP), url, resource }).expect("told");
        let job = world.jobs.values().last().expect("a job").1.clone();
        let Job::Notify { id } = job else { panic!("{job:?}") };
        let notice = world.run(&Find::<Notice>::new(id)).expect("a look").expect("a notice");
        assert_eq!((notice.resource.as_str(), notice.url.as_str()), (told, URL));
        assert_eq!(notice.event_type, "SECURITY_ECHO.SUCCESS");
        assert_eq!(notice.original_type, "security");
        world.assert_clean();
    }
}

#[test]
fn a_merchant_is_told_where_it_says() {
    let mut world = World::set();
    let nowhere = || MakeUp { url: None, ..made_up() };
    assert_eq!(world.refusal(&nowhere()).code.status, 409);
    let set = |url| SetUrl { mchid: mchid(SHOP), url };
    let console = "http://127.0.0.1:8791/".parse().ok();
    assert_eq!(world.run(&set(console.clone())).expect("a merchant").notify_url, console);
    assert_eq!(Some(world.run(&nowhere()).expect("a notice").url), console);
    assert_eq!(told(&mut world).url.as_str(), URL);
    world.run(&set(None)).expect("a merchant");
    assert_eq!(world.refusal(&nowhere()).code.status, 409);
    let stranger = MakeUp { mchid: mchid("1999999998"), ..made_up() };
    assert_eq!(world.refusal(&stranger).code.status, 404);
    assert_eq!(told(&mut world).create_time.unix(), START);
}
