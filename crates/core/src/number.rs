//! The provider's numbers: each leads to the row that owns it.

use redress_api::Mchid;
use serde::{Deserialize, Serialize};

use crate::command::Stop;
use crate::context::Context;
use crate::row::Row;

/// Where a provider's number leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// The kind of the row. Two kinds may have the same number.
    #[serde(skip)]
    pub kind: String,
    /// The number.
    #[serde(skip)]
    pub number: String,
    /// The merchant that the row belongs to.
    pub owner: Mchid,
    /// The number of the row within its kind.
    pub leads_to: String,
}

impl Number {
    /// The number of a number's row.
    #[must_use]
    pub fn row_id(kind: &str, number: &str) -> String {
        format!("{kind}/{number}")
    }
}

impl Row for Number {
    const KIND: &'static str = "number";

    fn id(&self) -> String {
        Self::row_id(&self.kind, &self.number)
    }

    fn owner(&self) -> &str {
        self.owner.as_str()
    }

    /// There is one for every bill, so it is kept short: kind and number are only in its own number.
    fn read(id: &str, body: &str) -> serde_json::Result<Self> {
        let (kind, number) = id.split_once('/').unwrap_or_default();
        let kept = serde_json::from_str::<Self>(body)?;
        Ok(Self { kind: kind.to_owned(), number: number.to_owned(), ..kept })
    }

    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn follows(&self, _: &Self) -> Result<(), String> {
        Err("a number never leads elsewhere".to_owned())
    }
}

/// Has a row's number lead to it.
///
/// # Errors
/// If the row has no number, the number is taken, or a row is not loaded.
pub fn lead<R: Row>(cx: &mut Context<'_>, row: &R) -> Result<(), Stop> {
    let broken = |what: &str| Stop::Broken(crate::command::Broken(format!("{what}: {}", row.id())));
    let number = row.number().ok_or_else(|| broken("a row without a number"))?;
    let owner = row.owner().parse().map_err(|_unfit| broken("a row without an owner"))?;
    cx.put(&Number { kind: R::KIND.to_owned(), number, owner, leads_to: row.id() })
}

/// Whether a row of this kind has this number.
///
/// # Errors
/// If a row is not loaded.
pub fn is_taken<R: Row>(cx: &mut Context<'_>, number: &str) -> Result<bool, Stop> {
    Ok(cx.get::<Number>(&Number::row_id(R::KIND, number))?.is_some())
}

/// The merchant's row of this number.
///
/// # Errors
/// If a row is not loaded.
pub fn find<R: Row>(cx: &mut Context<'_>, owner: &Mchid, number: &str) -> Result<Option<R>, Stop> {
    match cx.get::<Number>(&Number::row_id(R::KIND, number))? {
        Some(number) if number.owner == *owner => cx.get(&number.leads_to),
        _ => Ok(None),
    }
}
