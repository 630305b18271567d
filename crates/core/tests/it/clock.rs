//! Business time: it only runs forward.

use redress_core::clock::{OFFSET_SECONDS_MAX, Read, STEP_SECONDS_MAX, Step};

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
