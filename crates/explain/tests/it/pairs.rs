//! Two mistakes at once, made by a client that is written here and knows nothing of the catalogue.

use std::collections::BTreeSet;

use crate::world::{NONCE, Sent, TIMESTAMP, ids};

const TARGET: &str = "/v3/pay/transactions/out-trade-no/1217752501201407/close?a=1&b=%E5%BC%A0";
const BODY: &str = r#"{"mchid":"1900007291","amount":{"total":100},"name":"图文"}"#;

/// What a client signs.
#[derive(Clone)]
struct Text {
    lines: Vec<String>,
    ends: Vec<&'static str>,
}

impl Text {
    fn right() -> Self {
        let lines = ["POST", TARGET, TIMESTAMP, NONCE, BODY].map(str::to_owned);
        Self { lines: lines.into(), ends: vec!["\n"; 5] }
    }

    fn bytes(&self) -> Vec<u8> {
        self.lines
            .iter()
            .zip(&self.ends)
            .flat_map(|(line, end)| [line, *end].concat().into_bytes())
            .collect()
    }
}

type Make = fn(&mut Text);

/// By dimension, in the order in which a client meets them: the layout comes last.
const MISTAKES: &[&[(&str, Make)]] = &[
    &[
        ("method-lower-case", |t| t.lines[0] = "post".into()),
        ("method-other", |t| t.lines[0] = "GET".into()),
        ("method-other", |t| t.lines[0] = "PUT".into()),
    ],
    &[
        ("query-left-out", |t| t.lines[1] = TARGET.split('?').next().unwrap_or_default().into()),
        ("url-with-host", |t| t.lines[1] = format!("https://api.mch.weixin.qq.com{TARGET}")),
        ("placeholder-left", |t| {
            t.lines[1] = TARGET.replace("1217752501201407", "{out_trade_no}");
        }),
        ("query-decoded", |t| t.lines[1] = TARGET.replace("%E5%BC%A0", "张")),
        ("path-without-version", |t| t.lines[1] = TARGET[3..].into()),
        ("percent-other-case", |t| t.lines[1] = TARGET.replace("%E5%BC%A0", "%e5%bc%a0")),
    ],
    &[
        ("timestamp-milliseconds", |t| t.lines[2] += "000"),
        ("timestamp-taken-twice", |t| t.lines[2] = "1554208461".into()),
        ("timestamp-taken-twice", |t| t.lines[2] = "1554208458".into()),
    ],
    &[
        ("nonce-lower-case", |t| t.lines[3] = NONCE.to_lowercase()),
        ("nonce-with-dashes", |t| {
            t.lines[3] = "593BEC0C-930B-F1AF-EB40-B4A08C8FB242".into();
        }),
    ],
    &[
        ("body-left-out", |t| t.lines[4] = String::new()),
        ("body-null", |t| t.lines[4] = "null".into()),
        ("body-python-spacing", |t| {
            t.lines[4] =
                r#"{"mchid": "1900007291", "amount": {"total": 100}, "name": "图文"}"#.into();
        }),
        ("body-ascii-escaped", |t| t.lines[4] = BODY.replace("图文", "\\u56fe\\u6587")),
        ("body-keys-sorted", |t| {
            t.lines[4] = r#"{"amount":{"total":100},"mchid":"1900007291","name":"图文"}"#.into();
        }),
        ("body-question-marks", |t| t.lines[4] = BODY.replace("图文", "??")),
        ("body-json-string", |t| t.lines[4] = format!("\"{}\"", BODY.replace('"', "\\\""))),
    ],
    &[
        ("no-last-newline", |t| t.ends[4] = ""),
        ("doubled-last-newline", |t| t.ends[4] = "\n\n"),
        ("crlf", |t| t.ends = vec!["\r\n"; 5]),
        ("literal-newlines", |t| t.ends = vec!["\\n"; 5]),
        ("leading-newline", |t| t.lines[0].insert(0, '\n')),
        ("lines-swapped", |t| t.lines.swap(2, 3)),
        ("nothing-between", |t| t.ends = vec![""; 5]),
    ],
];

#[test]
fn every_pair_is_named() {
    let sent = Sent { target: TARGET.to_owned(), ..Sent::post(BODY) };
    let (mut count, mut wrong) = (0, Vec::new());
    for (at, firsts) in MISTAKES.iter().enumerate() {
        for (first, make) in *firsts {
            for (second, then) in MISTAKES[at + 1..].iter().copied().flatten() {
                // Together they are one mistake that has a name of its own.
                if (*first, *second) == ("body-left-out", "no-last-newline") {
                    continue;
                }
                count += 1;
                let mut text = Text::right();
                make(&mut text);
                then(&mut text);
                let explanation = sent.explained(&text.bytes());
                let named: BTreeSet<_> = ids(&explanation).into_iter().collect();
                if named != BTreeSet::from([*first, *second]) {
                    wrong.push(format!("{first} and {second} were taken for {named:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 300, "{count} pairs");
}

#[test]
fn the_usual_pairs_within_a_body_are_named() {
    let target = "/v3/pay/transactions/jsapi";
    let body = r#"{"b":"图","a":[1,2]}"#;
    for (signed, named) in [
        (r#"{"b": "\u56fe", "a": [1, 2]}"#, ["body-python-spacing", "body-ascii-escaped"]),
        (r#"{"a": [1, 2], "b": "图"}"#, ["body-python-spacing", "body-keys-sorted"]),
        (r#"{"a":[1,2],"b":"\u56fe"}"#, ["body-keys-sorted", "body-ascii-escaped"]),
        (
            "{\n  \"b\": \"图\",\n  \"a\": [\n    1.0,\n    2.0\n  ]\n}",
            ["body-pretty-2", "body-floats"],
        ),
    ] {
        let text = format!("POST\n{target}\n{TIMESTAMP}\n{NONCE}\n{signed}\n");
        let explanation = Sent::post(body).explained(text.as_bytes());
        assert_eq!(ids(&explanation), named, "{signed}");
    }
}
