//! The request log, through the control API.

mod bounds;
mod explain;
mod search;
mod secrets;

use serde_json::Value as Json;

use crate::wire::Answer;
use crate::world::World;

/// The items of a list.
pub(crate) async fn list(world: &World, query: &str) -> Vec<Json> {
    let mut shown = world.show(&format!("/requests?{query}")).await;
    serde_json::from_value(shown["items"].take()).unwrap()
}

/// The exchange that an answer is from, whole.
pub(crate) async fn of(world: &World, answer: &Answer) -> Json {
    let id = answer.header("Request-Id").unwrap();
    world.show(&format!("/requests/{id}")).await
}

/// The value of a header of a shown message.
fn header<'a>(message: &'a Json, name: &str) -> Option<&'a str> {
    let mut headers = message["headers"].as_array().unwrap().iter();
    headers.find(|header| header["name"] == name).map(|header| header["value"].as_str().unwrap())
}
