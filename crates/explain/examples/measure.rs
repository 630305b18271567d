//! How long explanations take: `cargo run --release -p redress-explain --example measure`.
//!
//! Each line is one kind of request, explained many times: a good signature, a single mistake, a
//! pair, a text that no mistake leads to (which tries all of them), and a stranger's key.

use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use redress_crypto::{Authorization, PrivateKey, Serial, request_message};
use redress_explain::{CapturedRequest, Known, KnownKey, Role, explain_request};

const ROUNDS: usize = 40;
const NOW: i64 = 1_554_208_460;
const MCHID: &str = "1900007291";
const NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = PrivateKey::generate()?;
    let stranger = PrivateKey::generate()?;
    let mut keys = Vec::new();
    for number in 0..16 {
        let key = if number == 0 { own.clone() } else { PrivateKey::generate()? };
        keys.push(KnownKey {
            owner: format!("{}", 1_900_007_291 + number),
            role: Role::Merchant,
            serial: Serial::parse(&format!("{:X}", 0x1A_0000 + number))?,
            key: key.public_key(),
        });
    }
    let goods = |count: usize| {
        let item =
            r#"{"merchant_goods_id":"1246464644","goods_name":"图文旅卡 <A&B>/","quantity":1}"#;
        let items = vec![item; count].join(",");
        format!(r#"{{"appid":"wxd678efh567hg6787","mchid":"{MCHID}","detail":[{items}]}}"#)
    };
    let mut out = std::io::stdout();
    writeln!(out, "{:<28}{:>10}{:>10}{:>10}", "", "bytes", "median", "slowest")?;
    let order = "/v3/pay/transactions/out-trade-no/1217752501201407033233368018?mchid=1900007291";
    for (name, method, target, body) in [
        ("GET", "GET", order, String::new()),
        ("POST", "POST", "/v3/pay/transactions/jsapi", goods(3)),
        ("POST 2 KiB", "POST", "/v3/pay/transactions/jsapi", goods(21)),
        ("POST 8 KiB", "POST", "/v3/pay/transactions/jsapi", goods(88)),
        ("POST 64 KiB", "POST", "/v3/pay/transactions/jsapi", goods(735)),
    ] {
        let right = request_message(method, target, &NOW.to_string(), NONCE, body.as_bytes());
        let single = right[..right.len() - 1].to_vec();
        let pair = [method.to_lowercase().as_bytes(), &single[method.len()..]].concat();
        for (kind, key, text) in [
            ("good", &own, &right),
            ("single mistake", &own, &single),
            ("pair", &own, &pair),
            ("unknown text", &own, &b"something else".to_vec()),
            ("stranger", &stranger, &right),
        ] {
            let authorization = Authorization {
                mchid: MCHID.to_owned(),
                nonce_str: NONCE.to_owned(),
                timestamp: NOW.to_string(),
                serial_no: "1A0000".to_owned(),
                signature: key.sign(text),
            };
            let mut headers = http::HeaderMap::new();
            headers.insert("accept", "*/*".parse()?);
            headers.insert("user-agent", "measure".parse()?);
            headers.insert("authorization", authorization.to_string().parse()?);
            let captured =
                CapturedRequest { method, target, headers: &headers, body: body.as_bytes() };
            let known = Known {
                keys: &keys,
                templates: &["/v3/pay/transactions/out-trade-no/{out_trade_no}"],
            };
            let mut times: Vec<Duration> = (0..ROUNDS)
                .map(|_| {
                    let start = Instant::now();
                    black_box(explain_request(black_box(&captured), &known, Some(NOW)));
                    start.elapsed()
                })
                .collect();
            times.sort();
            let milliseconds = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
            writeln!(
                out,
                "{:<28}{:>10}{:>10}{:>10}",
                format!("{name}, {kind}"),
                body.len(),
                milliseconds(times[times.len() / 2]),
                milliseconds(times[times.len() - 1]),
            )?;
        }
    }
    Ok(())
}
