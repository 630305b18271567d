//! How to see whether a request was carried out.

use redress::Fate;
use redress::api::{Endpoint, sharing};
use redress_server::SUB_MERCHANT;
use serde_json::{Value as Json, json};

use super::super::world::World;
use super::sharing::share;

/// Where it shows whether something was carried out.
pub(crate) enum Effect {
    /// There is such a thing.
    Thing(String),
    /// A thing has this value there.
    Value(String, &'static str, &'static str),
    /// A list has something with this value.
    Listed(&'static str, &'static str, String),
    /// A query finds it.
    Share {
        transaction_id: String,
        number: String,
    },
    ShareReturn {
        share: String,
        number: String,
    },
    /// The receiver is on the list.
    Receiver {
        transaction_id: String,
        account: String,
        is_listed: bool,
    },
    /// It changes nothing.
    None,
}

impl Effect {
    /// Whether it is there too early. Looking at a receiver would move money.
    pub(crate) async fn is_there_before(&self, world: &World) -> Option<bool> {
        if matches!(self, Self::Receiver { .. }) {
            return None;
        }
        self.is_there(world).await
    }

    /// Whether it is there; none if there is nothing to see.
    pub(crate) async fn is_there(&self, world: &World) -> Option<bool> {
        Some(match self {
            Self::Thing(path) => world.find(path).await.is_some(),
            Self::Value(path, at, value) => {
                let shown = world.find(path).await.unwrap_or_default();
                shown.pointer(at).is_some_and(|found| found == value)
            }
            Self::Listed(list, field, value) => match world.count(list, field, value).await {
                0 => false,
                1 => true,
                more => panic!("{value} stands {more} times in {list}"),
            },
            Self::Share { transaction_id, number } => {
                finds::<sharing::Query>(
                    world,
                    json!({
                        "sub_mchid": SUB_MERCHANT, "transaction_id": transaction_id,
                        "out_order_no": number,
                    }),
                )
                .await
            }
            Self::ShareReturn { share, number } => {
                finds::<sharing::QueryReturn>(
                    world,
                    json!({
                        "sub_mchid": SUB_MERCHANT, "out_order_no": share, "out_return_no": number,
                    }),
                )
                .await
            }
            Self::Receiver { transaction_id, account, is_listed } => {
                let number = format!("{account}probe").replace('_', "");
                let share = share(&number, transaction_id, "PERSONAL_OPENID", account, 10);
                let share: sharing::Create = serde_json::from_value(share).expect("it fits");
                let shared = match world.platform.send(&share).await {
                    Ok(_) => true,
                    Err(error) if error.fate() == Fate::Rejected => false,
                    Err(error) => panic!("{error}"),
                };
                shared == *is_listed
            }
            Self::None => return None,
        })
    }
}

/// Whether a query finds something.
async fn finds<E: Endpoint>(world: &World, fields: Json) -> bool {
    let query: E = serde_json::from_value(fields).expect("the fields fit");
    match world.platform.send(&query).await {
        Ok(_) => true,
        Err(error) if error.api().is_some_and(|answer| answer.status == 404) => false,
        Err(error) => panic!("{}: {error}", E::PATH),
    }
}
