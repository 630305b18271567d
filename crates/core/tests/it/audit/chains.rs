//! What several writers have written is read chain by chain, so a hold may come after its end.

use redress_core::audit::Report;

use super::{HOLDS, broken, relinked, world};

#[test]
fn a_hold_may_be_read_after_what_resolves_it() {
    let mut world = world();
    world.transfers.reverse();
    let world = relinked(world);
    world.assert_clean();
}

#[test]
fn what_resolves_no_hold_is_noticed_in_any_order() {
    let mut world = world();
    let resolving =
        |(_, transfer): &(usize, &redress_core::Transfer)| transfer.phase.resolves().is_some();
    let transfers = world.transfers.iter().map(|(transfer, _)| transfer).enumerate();
    let (_, found) = transfers.clone().find(resolving).expect("a hold was resolved");
    let hold = found.phase.resolves().expect("it resolves one");
    world.transfers.retain(|(transfer, _)| transfer.id != hold);
    world.transfers.reverse();
    assert!(broken(&relinked(world).audit()).contains(&HOLDS));
}

/// Several writers have a chain each, and one may resolve what another holds.
#[test]
fn a_hold_may_be_resolved_in_another_chain() {
    let world = world();
    let report = world.audit_in_two_chains();
    assert!(broken(&report).is_empty(), "{report:?}");
    let examined = |report: &Report| report.checks.iter().map(|it| it.examined).sum::<u64>();
    assert_eq!(examined(&report), examined(&world.audit()) + 2, "the ends of the chains, besides");
}
