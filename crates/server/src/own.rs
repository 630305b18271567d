//! Endpoints that the server answers by itself: what they tell is no business of the ledger's.

use redress_api::Endpoint;
use redress_core::merchant::Merchant;

use crate::app::App;
use crate::identify::Proven;
use crate::reply::{Problem, Success};

mod certificates;
mod echo;
mod statements;

pub(crate) use self::statements::Tickets;

/// An endpoint whose answer needs keys or files. Its request is identified, decoded and admitted
/// as that of an operation.
pub(crate) trait Own: Endpoint {
    /// The answer to a caller who may call this endpoint.
    fn answer(
        &self,
        app: &App,
        caller: &Merchant,
        signed: &Proven,
    ) -> impl Future<Output = Result<Success, Problem>> + Send;
}
