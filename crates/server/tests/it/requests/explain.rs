//! Why a request was not believed: said in the log, by the control API, in a header if one asks
//! for it, and never at the cost of the others.

use std::time::{Duration, Instant};

use redress_crypto::Authorization;
use redress_server::{DIRECT, PLATFORM};
use serde_json::{Value as Json, json};

use super::{list, of};
use crate::caller::{Caller, Draft, now};
use crate::contract::pay_query;
use crate::wire::{Answer, Connection, exchange};
use crate::world::{BILL, BILLS, ORDER, World, bill, create};

/// A request whose signature is over another text than it should be.
pub(super) fn mistaken(draft: Draft, caller: &Caller, mistake: impl Fn(&str) -> String) -> Draft {
    let sent = Authorization::parse(draft.value("Authorization")).unwrap();
    let body = String::from_utf8(draft.body.clone()).unwrap();
    let (timestamp, nonce) = (&sent.timestamp, &sent.nonce_str);
    let right = format!("{}\n{}\n{timestamp}\n{nonce}\n{body}\n", draft.method, draft.target);
    let signed = mistake(&right);
    assert_ne!(signed, right);
    let signature = caller.key.sign(signed.as_bytes());
    draft.with("Authorization", &Authorization { signature, ..sent }.to_string())
}

fn causes(shown: &Json) -> Vec<&str> {
    let causes = shown["explanation"]["causes"].as_array();
    let causes = causes.unwrap_or_else(|| panic!("no explanation: {shown:#}"));
    causes.iter().map(|cause| cause["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn mistakes_are_named() {
    type Mistake = fn(&str) -> String;
    let world = World::start().await;
    let caller = &world.platform;
    let post = || caller.post(BILLS, &create(BILL).to_string());
    let get = || caller.get(&format!("{}?note=a%20b", bill(BILL)));
    let table: [(&str, Draft, Mistake); 16] = [
        ("no-last-newline", post(), |right| right[..right.len() - 1].to_owned()),
        ("crlf", post(), |right| right.replace('\n', "\r\n")),
        ("literal-newlines", post(), |right| right.replace('\n', "\\n")),
        ("doubled-last-newline", post(), |right| format!("{right}\n")),
        ("leading-newline", post(), |right| format!("\n{right}")),
        ("method-lower-case", post(), |right| right.replace("POST", "post")),
        ("url-with-host", post(), |right| {
            right.replace("/v3/", "https://api.mch.weixin.qq.com/v3/")
        }),
        ("body-left-out", post(), |right| {
            right.lines().take(4).map(|line| format!("{line}\n")).collect::<String>() + "\n"
        }),
        ("body-empty-object", post(), |right| {
            right.lines().take(4).map(|line| format!("{line}\n")).collect::<String>() + "{}\n"
        }),
        ("body-bom-added", post(), |right| right.replace("\n{", "\n\u{feff}{")),
        ("body-pretty-2", post(), |right| {
            let (head, body) = right.split_once("\n{").unwrap();
            let body: Json = serde_json::from_str(&format!("{{{body}")).unwrap();
            format!("{head}\n{body:#}\n")
        }),
        ("query-left-out", get(), |right| right.replace("?note=a%20b", "")),
        ("query-decoded", get(), |right| right.replace("%20", " ")),
        ("placeholder-left", get(), |right| right.replace(BILL, "{out_bill_no}")),
        ("method-other", get(), |right| right.replace("GET", "POST")),
        ("body-null", get(), |right| format!("{}null\n", &right[..right.len() - 1])),
    ];
    for (id, draft, mistake) in table {
        let answer = world.send(&mistaken(draft, caller, mistake)).await;
        assert_eq!(answer.status, 401, "{id}: {}", answer.text());
        assert_eq!(answer.header("Redress-Explain"), None);
        let shown = of(&world, &answer).await;
        assert_eq!(causes(&shown), [id], "{shown:#}");
        let explanation = &shown["explanation"];
        assert_eq!(
            (&explanation["verdict"], &explanation["proof"]),
            (&json!("causes"), &json!("digest"))
        );
        for text in ["zh", "en", "fix_zh", "fix_en"] {
            assert!(!explanation[text].as_str().unwrap().is_empty(), "{id}: {text}");
        }
        assert!(explanation["parted"]["line"].is_u64(), "{id}: {explanation:#}");
        // It is made once.
        assert_eq!(of(&world, &answer).await, shown);
        assert_eq!(list(&world, "limit=1").await[0]["cause"], id);
    }
    // Two at once.
    let draft = mistaken(post(), caller, |right| {
        right.replace("POST", "post").trim_end_matches('\n').to_owned()
    });
    let shown = of(&world, &world.send(&draft).await).await;
    let mut both = causes(&shown);
    both.sort_unstable();
    assert_eq!(both, ["method-lower-case", "no-last-newline"]);
}

#[tokio::test]
async fn another_key_is_recognised_and_a_bad_head_too() {
    let world = World::start().await;
    let (platform, direct) = (&world.platform, &world.direct);
    let claim = |signed_by: &Caller| {
        let signed = signed_by.sign("GET", &bill(BILL), b"", &now().to_string());
        let (mchid, serial_no) = (PLATFORM.to_owned(), platform.serial.clone());
        let claimed = Authorization { mchid, serial_no, ..signed };
        platform.get(&bill(BILL)).with("Authorization", &claimed.to_string())
    };
    let shown = of(&world, &world.send(&claim(direct)).await).await;
    assert_eq!(causes(&shown), ["key-of-another-merchant"]);
    let signer = shown["explanation"]["signer"].as_str().unwrap();
    assert!(signer.starts_with(DIRECT), "{signer}");
    let key = world.server.server().data().join("platform/platform_key.pem");
    let key = std::fs::read_to_string(key).unwrap();
    let key = redress_crypto::PrivateKey::from_pem(&key).unwrap();
    let shown = of(&world, &world.send(&claim(&Caller { key, ..direct.clone() })).await).await;
    assert_eq!(causes(&shown), ["key-of-the-platform"]);
    // A text that nobody can guess.
    let draft = mistaken(platform.get(&bill(BILL)), platform, |_| "something else".to_owned());
    let shown = of(&world, &world.send(&draft).await).await;
    assert_eq!(causes(&shown), [] as [&str; 0]);
    assert_eq!(shown["explanation"]["verdict"], "unknown");

    let stale = platform.sign("GET", &bill(BILL), b"", &(now() - 400).to_string()).to_string();
    for (status, cause, draft) in [
        (400, "accept-missing", platform.get(&bill(BILL)).without("Accept")),
        (400, "user-agent-missing", platform.get(&bill(BILL)).without("User-Agent")),
        (401, "authorization-missing", platform.get(&bill(BILL)).without("Authorization")),
        (401, "timestamp-stale", platform.get(&bill(BILL)).with("Authorization", &stale)),
        (401, "scheme-other", platform.get(&bill(BILL)).with("Authorization", "Basic c2VjcmV0")),
    ] {
        let answer = world.send(&draft).await;
        assert_eq!(answer.status, status);
        let shown = of(&world, &answer).await;
        assert_eq!(causes(&shown)[0], cause, "{shown:#}");
    }
    // What was believed has none, whatever came of it.
    for draft in [direct.get(&pay_query(ORDER)), direct.post(BILLS, "{"), direct.get("/v3/x")] {
        assert_eq!(of(&world, &world.send(&draft).await).await["explanation"], Json::Null);
    }
}

#[tokio::test]
async fn a_header_leads_to_it_when_one_asks_for_it() {
    let world = World::configured(|config| config.explain = true).await;
    let platform = &world.platform;
    let bad = mistaken(platform.get(&bill(BILL)), platform, |right| right.replace("GET", "get"));
    let answer = world.send(&bad).await;
    let url = answer.header("Redress-Explain").unwrap();
    let path = url.strip_prefix(&format!("{}/_control", world.server.base_url())).unwrap();
    assert_eq!(causes(&world.show(path).await), ["method-lower-case"]);
    for draft in [platform.get(&bill(BILL)), platform.post(BILLS, "{"), platform.get("/v3/x")] {
        assert_eq!(world.send(&draft).await.header("Redress-Explain"), None);
    }
}

#[tokio::test]
async fn the_wire_has_no_more_than_the_providers_headers() {
    let world = World::start().await;
    let platform = &world.platform;
    let names = |answer: &Answer| {
        let mut names: Vec<String> =
            answer.lines().iter().map(|(name, _)| (*name).to_owned()).collect();
        names.sort();
        names
    };
    let good = names(&world.send(&platform.get(&bill(BILL))).await);
    let bad = mistaken(platform.get(&bill(BILL)), platform, |right| right.replace("GET", "get"));
    assert_eq!(names(&world.send(&bad).await), good);
    assert_eq!(names(&world.send(&platform.get(&bill(BILL)).without("Accept")).await), good);
    assert!(good.iter().all(|name| !name.to_ascii_lowercase().contains("redress")), "{good:?}");
}

#[tokio::test]
async fn a_flood_of_bad_signatures_holds_nobody_up() {
    const BAD: usize = 500;
    let world = World::start().await;
    let (platform, address) = (&world.platform, world.address());
    // As costly as can be: a long body, and a text that nothing leads to.
    let body = json!({ "note": "x".repeat(30_000) }).to_string();
    let bad = platform.post(BILLS, &body);
    let bad = mistaken(bad, platform, |_| "something else".to_owned()).bytes();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let bad = bad.clone();
        running.spawn(async move {
            let mut open = Connection::open(address).await;
            let mut last = None;
            for _ in 0..BAD / 10 {
                open.send(&bad).await;
                last = open.answer().await;
                assert_eq!(last.as_ref().unwrap().status, 401);
            }
            last.unwrap()
        });
    }
    let mut served = 0;
    let started = Instant::now();
    while running.try_join_next().is_none() && served < 50 {
        let good = platform.get(&bill("nothing")).bytes();
        let answer = exchange(address, &good).await.unwrap();
        assert_eq!(answer.status, 404);
        served += 1;
    }
    assert!(served >= 10, "{served}");
    let last = running.join_all().await;
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    // Also those that were not explained by themselves are, when somebody asks.
    for answer in &last {
        assert_eq!(of(&world, answer).await["explanation"]["verdict"], "unknown");
    }
    assert_eq!(list(&world, "status=401&limit=1000").await.len(), BAD);
}
