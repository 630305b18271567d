//! What spans and metrics tell of a call, and what they never tell.

use bytes::Bytes;
use http::Method;
use metrics_exporter_prometheus::PrometheusBuilder;
use redress::Sent;
use redress::api::{compensation, partner, security};
use redress_trail::Log;

use crate::fake::{Step, answer, authorization, client, lost, of};

const NOT_FOUND: &str = r#"{"code":"NOT_FOUND","message":"planted-in-the-answer"}"#;
const ECHOED: &str = r#"{"echo_message":"planted-in-the-answer"}"#;

fn query() -> partner::Query {
    partner::Query {
        out_trade_no: of("order1"),
        sp_mchid: of("1900001108"),
        sub_mchid: of("1900013499"),
    }
}

fn echo() -> security::Echo {
    let echo_message = of("planted-in-the-request");
    security::Echo { notify_url: None, echo_message, encrypted_echo_message: None }
}

/// The line of the span that was closed last.
fn closed(log: &Log) -> String {
    let text = log.text();
    let line = text.lines().rev().find(|line| line.contains("close"));
    line.unwrap_or_else(|| panic!("no span was closed: {text}")).to_owned()
}

fn has(line: &str, fields: &[&str]) {
    for field in fields {
        assert!(line.contains(field), "{field} is missing in {line}");
    }
}

#[tokio::test]
async fn a_span_tells_of_a_call_and_nothing_of_what_it_carries() {
    let (log, _guard) = Log::of_thread();
    let steps = vec![
        lost(Sent::Maybe),
        answer(404, NOT_FOUND),
        answer(200, ECHOED),
        answer(404, NOT_FOUND),
        lost(Sent::No),
        lost(Sent::No),
        lost(Sent::No),
    ];
    let (client, fake) = client(steps);
    client.send(&query()).await.unwrap_err();
    has(
        &closed(&log),
        &[
            "redress.call{",
            "method=GET",
            "path=\"/v3/pay/partner/transactions/out-trade-no/{out_trade_no}\"",
            "attempt=2",
            "site=\"main\"",
            "status=404",
            "request_id=\"08F0A1B2-0\"",
            "outcome=\"rejected\"",
        ],
    );
    client.send(&echo()).await.unwrap();
    let line = closed(&log);
    has(&line, &["method=POST", "/v3/security/echo", "status=200", "outcome=\"answered\""]);
    client.call_raw(Method::GET, "/v3/any?openid=planted", Bytes::new()).await.unwrap();
    has(&closed(&log), &["path=\"/v3/any\"", "status=404", "outcome=\"answered\""]);
    client.send(&echo()).await.unwrap_err();
    let line = closed(&log);
    has(&line, &["attempt=3", "outcome=\"not_sent\""]);
    assert!(!line.contains("status=") && !line.contains("request_id="), "{line}");

    let text = log.text();
    assert_eq!(fake.requests().len(), 7);
    for request in fake.requests() {
        let signed = authorization(&request);
        for secret in [&signed.signature, &signed.nonce_str] {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
    }
    for secret in ["planted-in", "openid", "order1", "1900013499", "WECHATPAY2", "Wechatpay-Sig"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[tokio::test]
async fn calls_are_counted_by_template_and_outcome() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let refused = || answer(404, NOT_FOUND);
    let never = || (0..3).map(|_| lost(Sent::No));
    let steps: Vec<Step> = [refused(), refused(), refused()].into_iter().chain(never()).collect();
    let (client, _) = client(steps);
    for out_bill_no in ["b1", "b2"] {
        let query = compensation::Query { out_bill_no: of(out_bill_no) };
        client.send(&query).await.unwrap_err();
    }
    client.call_raw(Method::GET, "/v3/any/b3?a=b4", Bytes::new()).await.unwrap();
    client.send(&echo()).await.unwrap_err();

    let shown = recorder.handle().render();
    let bills =
        "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/{out_bill_no}";
    for (method, path, outcome, count) in [
        ("GET", bills, "rejected", 2),
        ("GET", "other", "answered", 1),
        ("POST", "/v3/security/echo", "not_sent", 1),
    ] {
        let labels = format!(r#"{{method="{method}",path="{path}",outcome="{outcome}"}}"#);
        for name in ["redress_client_calls_total", "redress_client_call_seconds_count"] {
            let line = format!("{name}{labels} {count}\n");
            assert!(shown.contains(&line), "{line} is missing in {shown}");
        }
    }
    assert!(!shown.contains("b3") && !shown.contains("b4"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_is_counted_as_such() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let (client, _) = client(vec![lost(Sent::Maybe), lost(Sent::Maybe), lost(Sent::Maybe)]);
    // The first attempt is over, and the second is waited for.
    let request = echo();
    let call = tokio::time::timeout(std::time::Duration::ZERO, client.send(&request));
    assert!(call.await.is_err());
    let shown = recorder.handle().render();
    assert!(shown.contains(r#"outcome="dropped"} 1"#), "{shown}");
}
