//! What no page publishes and had to be chosen: one table, shown to users as *assumed*.
//!
//! Where the real service turns out to differ, its line here is the place to start.

mod compensations;
mod funds;
mod orders;
mod protocol;
mod refunds;
mod sharing;

use serde::Serialize;

/// A choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// A short name that never changes.
    pub id: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// What was chosen.
    pub choice: &'static str,
    /// Why.
    pub because: &'static str,
}

const fn assume(
    id: &'static str,
    about: &'static str,
    choice: &'static str,
    because: &'static str,
) -> Assumption {
    Assumption { id, about, choice, because }
}

/// Every choice, by what it is about.
pub fn assumptions() -> impl Iterator<Item = &'static Assumption> {
    [
        compensations::ASSUMPTIONS,
        orders::ASSUMPTIONS,
        refunds::ASSUMPTIONS,
        sharing::ASSUMPTIONS,
        funds::ASSUMPTIONS,
        protocol::ASSUMPTIONS,
    ]
    .into_iter()
    .flatten()
}
