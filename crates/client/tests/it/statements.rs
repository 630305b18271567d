//! Statements against the real server: applied for, downloaded, checked.

use redress::api::error::STATEMENT_CREATING;
use redress::api::statement::{FundFlow, TarType, Trade};
use redress::api::{Day, Timestamp};
use redress::{DownloadError, Error};
use redress_server::DIRECT;
use redress_server::testing::TestServer;

use crate::orders::act;
use crate::server::{client, start};

/// The day of business time.
async fn today(server: &TestServer) -> Day {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    let clock = http.get(format!("{}/_control/clock", server.base_url())).send().await;
    let clock = clock.expect("an answer").text().await.expect("a body");
    let clock: serde_json::Value = serde_json::from_str(&clock).expect("JSON");
    let now: Timestamp = clock["now"].as_str().expect("a time").parse().expect("a time");
    Day::of(now)
}

/// Steps the clock by two days and gives the day that it was on.
pub(crate) async fn day_that_was(server: &TestServer) -> Day {
    let day = today(server).await;
    act(server, "clock/step", r#"{"seconds":172800}"#.to_owned()).await;
    day
}

#[tokio::test]
async fn a_statement_is_downloaded_and_checked() {
    let server = start().await;
    let client = client(&server, DIRECT);
    let trade =
        |bill_date, tar_type| Trade { bill_date, bill_type: None, sub_mchid: None, tar_type };
    let today = today(&server).await;
    let early = client.send(&trade(today.into(), None)).await.unwrap_err();
    assert!(early.is(STATEMENT_CREATING), "{early}");

    let day = day_that_was(&server).await;
    assert_eq!(day, today);
    let plain = client.send(&trade(day.into(), None)).await.unwrap();
    let file = client.download(&plain).await.unwrap();
    let text = std::str::from_utf8(&file).unwrap();
    assert!(text.starts_with("交易时间,") && text.contains("`88.00"), "{text}");
    let packed = client.send(&trade(day.into(), Some(TarType::Gzip.into()))).await.unwrap();
    assert_eq!(client.download(&packed).await.unwrap(), file);
    let request = FundFlow { bill_date: day.into(), account_type: None, tar_type: None };
    let funds = client.send(&request).await.unwrap();
    assert_ne!(client.download(&funds).await.unwrap(), file);

    let mut other = plain.clone();
    other.hash_value = funds.hash_value.clone();
    let error = client.download(&other).await.unwrap_err();
    assert!(matches!(error, DownloadError::Hash { .. }), "{error}");
    let mut other = plain;
    other.download_url.push('A');
    let error = client.download(&other).await.unwrap_err();
    assert!(matches!(error, DownloadError::Call(Error::Api(_))), "{error}");
    server.stop().await;
}
