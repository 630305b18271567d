//! Business time: it only runs forward.

use redress_api::Timestamp;
use redress_core::clock::{Begin, OFFSET_SECONDS_MAX, Read, STEP_SECONDS_MAX, Step};

use crate::world::World;

#[test]
fn steps_add_up() {
    let mut world = World::set();
    let start = world.now();
    assert_eq!(world.run(&Read).unwrap().offset_seconds, 0);
    assert_eq!(world.run(&Step { seconds: 60 }).unwrap().offset_seconds, 60);
    assert_eq!(world.run(&Step { seconds: 0 }).unwrap().offset_seconds, 60);
    assert_eq!(
        world.run(&Step { seconds: STEP_SECONDS_MAX }).unwrap().offset_seconds,
        60 + STEP_SECONDS_MAX
    );
    assert_eq!(world.now().seconds_since(start), 60 + STEP_SECONDS_MAX);
    assert_eq!(world.run(&Read).unwrap().offset_seconds, 60 + STEP_SECONDS_MAX);
    world.assert_clean();
}

#[test]
fn no_way_back_and_no_leap() {
    let mut world = World::set();
    for seconds in [-1, i64::MIN, STEP_SECONDS_MAX + 1, i64::MAX] {
        assert_eq!(world.refusal(&Step { seconds }).code.status, 400);
    }
    let mut steps = 0;
    while world.run(&Step { seconds: STEP_SECONDS_MAX }).is_ok() {
        steps += 1;
    }
    assert_eq!(steps, OFFSET_SECONDS_MAX / STEP_SECONDS_MAX);
    assert!(world.run(&Step { seconds: 1 }).is_ok(), "a smaller step still fits");
}

#[test]
fn it_begins_when_it_is_told_to() {
    let mut world = World::set();
    let wall = world.now();
    let begin = |seconds| Begin { at: wall.plus_seconds(seconds), wall };
    for (seconds, ahead) in [(-1, 0), (0, 0), (60, 60), (60, 60), (59, 60), (61, 61)] {
        assert_eq!(world.run(&begin(seconds)).unwrap().offset_seconds, ahead, "{seconds}");
        assert_eq!(world.now().seconds_since(wall), ahead);
    }
    // Later than a step may be, because nothing has happened yet.
    assert!(world.run(&begin(OFFSET_SECONDS_MAX)).is_ok());
    assert_eq!(world.refusal(&begin(OFFSET_SECONDS_MAX + 1)).code.status, 400);
    let at = Timestamp::from_unix(i64::MAX);
    assert_eq!(world.refusal(&Begin { at, wall }).code.status, 400);
    world.assert_clean();
}
