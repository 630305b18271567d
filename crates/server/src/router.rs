//! The router: one line per endpoint, and the list of what is served.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use redress_api::{
    Definition, certificate, combine, compensation, fund, partner, pay, refund, security, sharing,
    statement, subsidy, wire,
};
use redress_core::{Admit, Call, Operation};
use redress_store::Failure;

use crate::app::App;
use crate::identify::Proven;
use crate::own::Own;
use crate::reply::{Problem, Success};
use crate::{control, metrics, serve};

/// An operation without its types: what the one adapter runs.
pub(crate) struct Route {
    pub(crate) definition: Definition,
    pub(crate) run: Run,
}

type Outcome<'a> = Pin<Box<dyn Future<Output = Result<Success, Problem>> + Send + 'a>>;
type Run = for<'a> fn(&'a App, Proven, &'a str, &'a [u8]) -> Outcome<'a>;

fn operation<E: Operation>() -> Route {
    Route { definition: Definition::of::<E>(), run: run::<E> }
}

/// Decodes, decides and prints one request of a caller who is identified.
fn run<'a, E: Operation>(
    app: &'a App,
    signed: Proven,
    target: &'a str,
    body: &'a [u8],
) -> Outcome<'a> {
    Box::pin(async move {
        let request = wire::decode::<E>(target, body)?;
        app.limits.admit_request(&request)?;
        let call = Call { caller: signed.mchid, request };
        let decided = if E::METHOD == http::Method::GET {
            app.read(call).await.map(|read| Success::of::<E>(&read))
        } else {
            app.begin(call).await.map(Success::decided::<E>)
        };
        if let Err(Failure::Refused(refusal)) = &decided {
            debug_assert!(
                Definition::of::<E>().answers(refusal.code),
                "{} does not list {refusal}",
                E::PATH
            );
        }
        Ok(decided?)
    })
}

/// An endpoint that the server answers by itself.
fn own<E: Own>() -> Route {
    Route { definition: Definition::of::<E>(), run: run_own::<E> }
}

/// Decodes, admits and answers one request of a caller who is identified.
fn run_own<'a, E: Own>(
    app: &'a App,
    signed: Proven,
    target: &'a str,
    body: &'a [u8],
) -> Outcome<'a> {
    Box::pin(async move {
        let request = wire::decode::<E>(target, body)?;
        app.limits.admit_request(&request)?;
        let admit = Admit { caller: signed.mchid.clone(), supported: E::SUPPORTED };
        let caller = app.read(admit).await?;
        let answered = request.answer(app, &caller, &signed).await;
        if let Err(problem) = &answered {
            let code = problem.code;
            debug_assert!(
                Definition::of::<E>().answers(code),
                "{} does not list {code:?}",
                E::PATH
            );
        }
        answered
    })
}

fn routes() -> Vec<Route> {
    vec![
        operation::<compensation::Create>(),
        operation::<compensation::Query>(),
        operation::<compensation::Cancel>(),
        operation::<pay::Reverse>(),
        operation::<subsidy::Cancel>(),
        operation::<compensation::QueryById>(),
        operation::<compensation::PreTransfer>(),
        operation::<compensation::merchant::Create>(),
        operation::<compensation::merchant::Query>(),
        operation::<fund::Balance>(),
        operation::<fund::SubBalance>(),
        operation::<pay::Codepay>(),
        operation::<pay::Query>(),
        operation::<pay::QueryById>(),
        operation::<pay::Close>(),
        operation::<partner::Query>(),
        operation::<partner::QueryById>(),
        operation::<partner::Close>(),
        operation::<partner::Reverse>(),
        operation::<partner::Codepay>(),
        operation::<pay::Jsapi>(),
        operation::<pay::Native>(),
        operation::<pay::App>(),
        operation::<pay::H5>(),
        operation::<partner::Jsapi>(),
        operation::<partner::Native>(),
        operation::<combine::Jsapi>(),
        operation::<combine::Native>(),
        operation::<combine::Query>(),
        operation::<combine::Close>(),
        own::<certificate::List>(),
        own::<security::Echo>(),
        operation::<sharing::Create>(),
        operation::<sharing::Query>(),
        operation::<sharing::CreateReturn>(),
        operation::<sharing::QueryReturn>(),
        operation::<sharing::Finish>(),
        operation::<sharing::Amounts>(),
        operation::<sharing::AddReceiver>(),
        operation::<sharing::DeleteReceiver>(),
        own::<statement::Trade>(),
        own::<statement::FundFlow>(),
        own::<statement::Download>(),
        operation::<refund::Create>(),
        operation::<refund::Query>(),
        operation::<refund::ecommerce::Apply>(),
        operation::<refund::ecommerce::Query>(),
        operation::<refund::ecommerce::QueryById>(),
        operation::<subsidy::Create>(),
        operation::<subsidy::Return>(),
    ]
}

/// A word about this node, with its name.
fn named(app: &App, answer: impl IntoResponse) -> Response {
    ([("redress-node", app.node.name())], answer).into_response()
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    named(&app, serve::readyz(State(Arc::clone(&app))).await)
}

/// What this server serves.
#[must_use]
pub fn operations() -> Vec<Definition> {
    routes().into_iter().map(|route| route.definition).collect()
}

/// The whole of it.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let control = control::router(app);
    let mut router = Router::new();
    for route in routes() {
        let filter = MethodFilter::try_from(route.definition.method.clone())
            .expect("endpoints have ordinary methods");
        let path = route.definition.path;
        let route: &'static Route = Box::leak(Box::new(route));
        let handler = move |state, request| serve::serve(route, state, request);
        router = router.route(path, on(filter, handler));
    }
    router
        .fallback(serve::unknown_path)
        .method_not_allowed_fallback(serve::wrong_method)
        .route("/livez", get(async |State(app): State<Arc<App>>| named(&app, "ok\n")))
        .route("/readyz", get(ready))
        .route("/metrics", get(|| async { metrics::render() }))
        .nest("/_control", control.clone())
        // A nested router is not asked about its own path with a slash behind.
        .route_service("/_control/", control.with_state(Arc::clone(app)))
        .with_state(Arc::clone(app))
}
