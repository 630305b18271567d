//! The catalogue of mistakes, one file for each dimension.

mod body;
pub(crate) mod changes;
pub(crate) mod codings;
mod encoding;
pub(crate) mod heads;
mod layout;
mod method;
mod nonce;
mod query;
mod reprint;
mod scheme;
mod target;
mod time;
mod url;

use crate::mistake::{Entry, Mistake};

pub(crate) use self::encoding::hex;
pub(crate) use self::layout::permuted;
pub(crate) use self::time::milliseconds;
pub(crate) use self::url::component;

/// The mistakes of the text, those of one dimension together, the likely ones first.
pub(crate) fn entries() -> impl Iterator<Item = &'static Entry> {
    let lists: [&'static [Entry]; 9] = [
        layout::ENTRIES,
        body::ENTRIES,
        reprint::ENTRIES,
        encoding::ENTRIES,
        query::ENTRIES,
        target::ENTRIES,
        time::ENTRIES,
        nonce::ENTRIES,
        method::ENTRIES,
    ];
    lists.into_iter().chain([scheme::ENTRIES]).flatten()
}

/// Every mistake that can be named.
pub fn mistakes() -> impl Iterator<Item = &'static Mistake> {
    let answers = changes::MISTAKES.iter();
    let texts = entries().map(|entry| &entry.mistake);
    texts.chain(codings::MISTAKES).chain(heads::MISTAKES).chain(answers)
}

/// A mistake of the text by its name.
pub(crate) fn entry(id: &str) -> Option<&'static Entry> {
    entries().find(|entry| entry.mistake.id == id)
}

/// Every order of some items but the one they are in.
pub(crate) fn permutations<T: Copy>(items: &[T]) -> Vec<Vec<T>> {
    let mut orders = vec![Vec::new()];
    for item in items {
        orders = orders
            .iter()
            .flat_map(|order: &Vec<T>| {
                (0..=order.len()).rev().map(move |place| {
                    let mut longer = order.clone();
                    longer.insert(place, *item);
                    longer
                })
            })
            .collect();
    }
    orders.split_off(1.min(orders.len()))
}
