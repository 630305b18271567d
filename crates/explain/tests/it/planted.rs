//! Mistakes as a client makes them, each written down here by hand and none by the catalogue.

use crate::world::{BODY, GET_TARGET, MCHID, NONCE, SERIAL, Sent, TIMESTAMP, ids};

pub(crate) struct Planted {
    pub(crate) id: &'static str,
    pub(crate) sent: Sent,
    pub(crate) signed: Vec<u8>,
}

fn text(method: &str, target: &str, timestamp: &str, nonce: &str, body: &str) -> Vec<u8> {
    format!("{method}\n{target}\n{timestamp}\n{nonce}\n{body}\n").into_bytes()
}

/// A request and the text that was signed in place of the right one.
fn plant(id: &'static str, sent: Sent, signed: impl Into<Vec<u8>>) -> Planted {
    Planted { id, sent, signed: signed.into() }
}

const JSAPI: &str = "/v3/pay/transactions/jsapi";

fn layouts() -> Vec<Planted> {
    let post = |id, signed: String| plant(id, Sent::post(BODY), signed);
    let get = |id, signed: String| plant(id, Sent::get(GET_TARGET), signed);
    let (t, n, b) = (TIMESTAMP, NONCE, BODY);
    let head = format!("POST\n{JSAPI}\n{t}\n{n}");
    let all = format!("{head}\n{b}\n");
    let got = format!("GET\n{GET_TARGET}\n{t}\n{n}");
    vec![
        post("no-last-newline", format!("{head}\n{b}")),
        get("no-last-newline", format!("{got}\n")),
        post("body-line-left-out", format!("{head}\n")),
        get("no-newline-at-all-after-nonce", got.clone()),
        post("no-newline-before-body", format!("{head}{b}\n")),
        post("no-newline-before-body", format!("{head}{b}")),
        post("doubled-last-newline", format!("{all}\n")),
        get("doubled-last-newline", format!("{got}\n\n\n")),
        post("blank-line-before-body", format!("{head}\n\n{b}\n")),
        post("doubled-newlines", all.replace('\n', "\n\n")),
        post("crlf", all.replace('\n', "\r\n")),
        get("crlf", format!("{}\r\n\r\n", got.replace('\n', "\r\n"))),
        post("crlf-in-part", format!("{head}\n{b}\r\n")),
        post("crlf-in-part", format!("{}\n{b}\n", head.replace('\n', "\r\n"))),
        post("cr", all.replace('\n', "\r")),
        post("literal-newlines", all.replace('\n', "\\n")),
        post("literal-last-newline", format!("{head}\n{b}\\n")),
        post("html-newlines", all.replace('\n', "<br>")),
        post("spaces-between", format!("POST {JSAPI} {t} {n} {b}")),
        post("commas-between", format!("POST,{JSAPI},{t},{n},{b}")),
        post("ampersands-between", format!("POST&{JSAPI}&{t}&{n}&{b}")),
        post("nothing-between", format!("POST{JSAPI}{t}{n}{b}")),
        post("leading-newline", format!("\n{all}")),
        post("leading-space", format!(" {all}")),
        post("trailing-space", format!("{all} ")),
        get("trailing-space", format!("{got}\n \n")),
        post("space-before-newlines", all.replace('\n', " \n")),
        post("indented-lines", format!("POST\n    {JSAPI}\n    {t}\n    {n}\n    {b}\n")),
        post("lines-swapped", format!("{JSAPI}\nPOST\n{t}\n{n}\n{b}\n")),
        post("lines-swapped", format!("POST\n{t}\n{JSAPI}\n{n}\n{b}\n")),
        post("lines-swapped", format!("POST\n{JSAPI}\n{n}\n{t}\n{b}\n")),
        post("lines-swapped", format!("POST\n{JSAPI}\n{t}\n{b}\n{n}\n")),
        post("lines-swapped", format!("{t}\n{n}\nPOST\n{JSAPI}\n{b}\n")),
        post("line-left-out", format!("{JSAPI}\n{t}\n{n}\n{b}\n")),
        post("line-left-out", format!("POST\n{JSAPI}\n{n}\n{b}\n")),
        post("lines-quoted", format!("\"POST\"\n\"{JSAPI}\"\n\"{t}\"\n\"{n}\"\n\"{b}\"\n")),
        post("body-twice", format!("{all}{b}\n")),
        post("answers-text", format!("{t}\n{n}\n{b}\n")),
        post("request-line", format!("POST {JSAPI} HTTP/1.1\n{t}\n{n}\n{b}\n")),
        post("mchid-line-added", format!("{MCHID}\n{all}")),
        post("mchid-line-added", format!("POST\n{JSAPI}\n{t}\n{n}\n{MCHID}\n{b}\n")),
        post("serial-line-added", format!("{all}{SERIAL}\n")),
        post("scheme-line-added", format!("WECHATPAY2-SHA256-RSA2048\n{all}")),
        post("host-line-added", format!("POST\n127.0.0.1:8790\n{JSAPI}\n{t}\n{n}\n{b}\n")),
        post("appid-line-added", format!("wxd678efh567hg6787\n{all}")),
        post("payment-text", format!("wxd678efh567hg6787\n{t}\n{n}\n{b}\n")),
        plant(
            "v2-text",
            Sent::post(r#"{"mchid":"1","appid":"wx1","total":"100"}"#),
            format!("appid=wx1&mchid=1&nonce_str={n}&total=100"),
        ),
        post(
            "named-values-text",
            format!("method=POST&url={JSAPI}&timestamp={t}&nonce_str={n}&body={b}"),
        ),
        post(
            "authorization-text",
            format!("mchid=\"{MCHID}\",nonce_str=\"{n}\",timestamp=\"{t}\",serial_no=\"{SERIAL}\""),
        ),
        post("body-alone", b.to_owned()),
        post("method-and-url-left-out", format!("{JSAPI}\n{n}\n{b}\n")),
        post("nothing-signed", String::new()),
    ]
}

fn hashed() -> Vec<Planted> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let sent = || Sent::post(BODY);
    let right = sent().right();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &right);
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let body = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, BODY.as_bytes());
    let with = |body: &str| text("POST", JSAPI, TIMESTAMP, NONCE, body);
    vec![
        plant("digest-signed", sent(), digest.as_ref()),
        plant("digest-hex-signed", sent(), hex(digest.as_ref())),
        plant("digest-hex-signed", sent(), hex(digest.as_ref()).to_uppercase()),
        plant("digest-base64-signed", sent(), STANDARD.encode(digest.as_ref())),
        plant("text-base64-signed", sent(), STANDARD.encode(&right)),
        plant("text-hex-signed", sent(), hex(&right)),
        plant(
            "text-url-encoded",
            Sent::get("/v3/certificates"),
            format!("GET%0A%2Fv3%2Fcertificates%0A{TIMESTAMP}%0A{NONCE}%0A%0A"),
        ),
        plant("body-digest", sent(), with(&hex(body.as_ref()))),
        plant("body-base64", sent(), with(&STANDARD.encode(BODY))),
        plant("body-hex", sent(), with(&hex(BODY.as_bytes()))),
    ]
}

fn targets() -> Vec<Planted> {
    let get = |id, sent: &str, signed: &str| {
        plant(id, Sent::get(sent), text("GET", signed, TIMESTAMP, NONCE, ""))
    };
    let order = "/v3/pay/transactions/out-trade-no/1217752501201407033233368018";
    let t = GET_TARGET;
    let three = "/v3/bill/tradebill?bill_date=2019-06-11&bill_type=ALL&tar_type=GZIP";
    let chinese = "/v3/certificates?name=%E5%BC%A0+%E4%B8%89%2F";
    let path = "/v3/marketing/%E4%B8%AD%20(1)!/x";
    vec![
        get("query-left-out", t, order),
        get("query-only", t, "mchid=1900007291"),
        get("question-mark-left-out", t, &t.replace('?', "")),
        get("question-mark-kept", order, &format!("{order}?")),
        get("question-mark-dropped", &format!("{order}?"), order),
        get(
            "query-reordered",
            three,
            "/v3/bill/tradebill?bill_type=ALL&bill_date=2019-06-11&tar_type=GZIP",
        ),
        get("query-decoded", chinese, "/v3/certificates?name=张 三/"),
        get("query-encoded-otherwise", chinese, "/v3/certificates?name=%E5%BC%A0%20%E4%B8%89%2F"),
        get("query-plus", "/v3/certificates?a=b+c", "/v3/certificates?a=b%2Bc"),
        get("query-encoded-twice", "/v3/x?a=%E5%BC%A0", "/v3/x?a=%25E5%25BC%25A0"),
        get("query-empty-dropped", "/v3/x?a=1&b=&c=3", "/v3/x?a=1&c=3"),
        get("ampersand-escaped", three, &three.replace('&', "&amp;")),
        get("ampersand-escaped", three, &three.replace('&', "\\u0026")),
        get("url-with-host", t, &format!("http://127.0.0.1:8790{t}")),
        get("url-with-host", t, &format!("https://api.mch.weixin.qq.com{t}")),
        get("url-with-host", t, &format!("https://127.0.0.1{t}")),
        get("host-without-scheme", t, &format!("api.mch.weixin.qq.com{t}")),
        get(
            "placeholder-left",
            t,
            "/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid=1900007291",
        ),
        get("placeholder-left", order, "/v3/pay/transactions/out-trade-no/:out_trade_no"),
        get("path-value-missing", order, "/v3/pay/transactions/out-trade-no/"),
        get("path-decoded", path, "/v3/marketing/中 (1)!/x"),
        get("path-encoded-twice", path, "/v3/marketing/%25E4%25B8%25AD%2520(1)!/x"),
        get("path-encoded-otherwise", path, "/v3/marketing/%E4%B8%AD%20%281%29%21/x"),
        get("path-encoded-otherwise", "/v3/a%2Cb%20c", "/v3/a,b%20c"),
        get("slashes-encoded", "/v3/certificates", "%2Fv3%2Fcertificates"),
        get("percent-other-case", path, "/v3/marketing/%e4%b8%ad%20(1)!/x"),
        get("trailing-slash-added", t, &t.replace('?', "/?")),
        get("trailing-slash-dropped", "/v3/certificates/", "/v3/certificates"),
        get("leading-slash-dropped", t, &t[1..]),
        get("leading-slash-doubled", t, &format!("/{t}")),
        get("path-without-version", t, &t[3..]),
        get("path-prefix-dropped", &format!("/gateway{t}"), t),
        get("path-prefix-added", t, &format!("/v3{t}")),
        get("path-other-case", "/v3/pay/A/b", "/v3/pay/a/b"),
        get("fragment-kept", t, &format!("{t}#")),
        get("fragment-dropped", &format!("{t}#top"), t),
        get("target-with-space", t, &format!("{t} ")),
        get("target-empty", t, ""),
    ]
}

fn heads() -> Vec<Planted> {
    let post = |id, method: &str, timestamp: &str, nonce: &str| {
        plant(id, Sent::post(BODY), text(method, JSAPI, timestamp, nonce, BODY))
    };
    let uuid = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    let nonced = |id, sent: &str, signed: &str| {
        let sent = Sent { nonce: sent.to_owned(), ..Sent::post(BODY) };
        plant(id, sent, text("POST", JSAPI, TIMESTAMP, signed, BODY))
    };
    let with = |id, name, value, timestamp, nonce| {
        let sent = Sent::post(BODY).header(name, value);
        plant(id, sent, text("POST", JSAPI, timestamp, nonce, BODY))
    };
    vec![
        post("method-lower-case", "post", TIMESTAMP, NONCE),
        post("method-capitalised", "Post", TIMESTAMP, NONCE),
        post("method-other", "GET", TIMESTAMP, NONCE),
        post("method-other", "PUT", TIMESTAMP, NONCE),
        post("method-other-lower-case", "get", TIMESTAMP, NONCE),
        post("method-empty", "", TIMESTAMP, NONCE),
        post("method-with-space", "POST ", TIMESTAMP, NONCE),
        post("timestamp-milliseconds", "POST", "1554208460000", NONCE),
        post("timestamp-milliseconds", "POST", "1554208460789", NONCE),
        post("timestamp-taken-twice", "POST", "1554208461", NONCE),
        post("timestamp-taken-twice", "POST", "1554208455", NONCE),
        post("timestamp-time-zone", "POST", "1554237260", NONCE),
        post("timestamp-float", "POST", "1554208460.0", NONCE),
        post("timestamp-quoted", "POST", "\"1554208460\"", NONCE),
        post("timestamp-empty", "POST", "", NONCE),
        with(
            "timestamp-of-date-header",
            "date",
            "Tue, 02 Apr 2019 12:32:40 GMT",
            "1554208360",
            NONCE,
        ),
        with("timestamp-of-another-header", "x-timestamp", "1554200000", "1554200000", NONCE),
        with("nonce-of-another-header", "x-request-id", uuid, TIMESTAMP, uuid),
        post("nonce-lower-case", "POST", TIMESTAMP, "593bec0c930bf1afeb40b4a08c8fb242"),
        nonced("nonce-upper-case", "abcdefgh", "ABCDEFGH"),
        nonced("nonce-without-dashes", uuid, "7c9e6679742540de944be07fc1f90ae7"),
        nonced("nonce-with-dashes", "7c9e6679742540de944be07fc1f90ae7", uuid),
        nonced("nonce-cut", &uuid.replace('-', "0")[..], &uuid.replace('-', "0")[..32]),
        nonced("nonce-quoted", "abc", "\"abc\""),
        nonced("nonce-with-space", "abc", "abc "),
        nonced("nonce-empty", "abc", ""),
    ]
}

fn bodies() -> Vec<Planted> {
    let post = |id, sent: &str, signed: &str| {
        plant(id, Sent::post(sent), text("POST", JSAPI, TIMESTAMP, NONCE, signed))
    };
    let get = |id, signed: &str| {
        plant(id, Sent::get(GET_TARGET), text("GET", GET_TARGET, TIMESTAMP, NONCE, signed))
    };
    let raw = |id, sent: &str, signed: &[u8]| {
        let head = format!("POST\n{JSAPI}\n{TIMESTAMP}\n{NONCE}\n");
        plant(id, Sent::post(sent), [head.as_bytes(), signed, b"\n"].concat())
    };
    let b = BODY;
    let python = r#"{"b": "\u56fe\u6587", "a": [1, 2], "c": null}"#;
    let compact = r#"{"b":"图文","a":[1,2],"c":null}"#;
    vec![
        post("body-left-out", b, ""),
        post("body-null", b, "null"),
        get("body-null", "null"),
        get("body-empty-object", "{}"),
        get("body-empty-array", "[]"),
        get("body-empty-string", "\"\""),
        get("body-word", "undefined"),
        post("body-word", b, "[object Object]"),
        get("query-as-body", r#"{"mchid":"1900007291"}"#),
        post("body-newline-added", b, &format!("{b}\r\n")),
        post("body-newline-dropped", &format!("{b}\n"), b),
        post("body-trimmed", &format!(" {b} "), b),
        post("body-space-around", b, &format!(" {b}")),
        post("body-bom-added", b, &format!("\u{feff}{b}")),
        post("body-bom-dropped", &format!("\u{feff}{b}"), b),
        post("body-crlf", "{\n\"a\":  1\n}", "{\r\n\"a\":  1\r\n}"),
        post("body-lf", "{\r\n\"a\":  1\r\n}", "{\n\"a\":  1\n}"),
        post("body-newlines-removed", "{\n \"a\":  1\n}", "{ \"a\":  1}"),
        post("body-spaces-removed", r#"{"a":"b c"}"#, r#"{"a":"bc"}"#),
        post("body-cut-to-characters", r#"{"a":"图文旅卡"}"#, "{\"a\":\"图文"),
        post("body-minified", r#"{"a": 1, "b": [1, 2]}"#, r#"{"a":1,"b":[1,2]}"#),
        post("body-python-spacing", r#"{"a":1,"b":[1,2]}"#, r#"{"a": 1, "b": [1, 2]}"#),
        post("body-pretty-2", r#"{"a":1,"b":[1]}"#, "{\n  \"a\": 1,\n  \"b\": [\n    1\n  ]\n}"),
        post("body-pretty-4", r#"{"a":1,"b":{}}"#, "{\n    \"a\": 1,\n    \"b\": {}\n}"),
        post("body-pretty-tab", r#"{"a":1}"#, "{\n\t\"a\": 1\n}"),
        post("body-space-after-colons", r#"{"a":1,"b":2}"#, r#"{"a": 1,"b": 2}"#),
        post("body-keys-sorted", r#"{"b":{"d":1,"c":2},"a":3}"#, r#"{"a":3,"b":{"c":2,"d":1}}"#),
        post("body-keys-reversed", r#"{"b":1,"a":2,"c":3}"#, r#"{"c":3,"a":2,"b":1}"#),
        post("body-ascii-escaped", r#"{"a":"图/😀"}"#, r#"{"a":"\u56fe/\ud83d\ude00"}"#),
        post("body-ascii-escaped-upper", r#"{"a":"图"}"#, r#"{"a":"\u56FE"}"#),
        post("body-ascii-unescaped", r#"{"a":"\u56fe\/"}"#, r#"{"a":"图\/"}"#),
        post("body-slashes-escaped", r#"{"a":"b/c"}"#, r#"{"a":"b\/c"}"#),
        post("body-slashes-unescaped", r#"{"a":"\u56fe\/"}"#, r#"{"a":"\u56fe/"}"#),
        post("body-html-escaped", r#"{"a":"<&>"}"#, r#"{"a":"\u003c\u0026\u003e"}"#),
        post("body-html-unescaped", r#"{"a":"图\u0026"}"#, r#"{"a":"图&"}"#),
        post("body-php-escaped", r#"{"a":"图/"}"#, r#"{"a":"\u56fe\/"}"#),
        post("body-unescaped", r#"{"a":"\u56fe\/\u003c"}"#, r#"{"a":"图/<"}"#),
        post("body-floats", r#"{"a":100,"b":"1"}"#, r#"{"a":100.0,"b":"1"}"#),
        post("body-numbers-quoted", r#"{"a":100}"#, r#"{"a":"100"}"#),
        post("body-nulls-dropped", r#"{"a":1,"b":null,"c":""}"#, r#"{"a":1,"c":""}"#),
        post("body-empty-dropped", r#"{"a":1,"b":null,"c":""}"#, r#"{"a":1}"#),
        post("body-single-quotes", r#"{"a":"b","c":true}"#, r#"{'a': 'b', 'c': True}"#),
        raw("body-gbk", r#"{"a":"图文"}"#, b"{\"a\":\"\xcd\xbc\xce\xc4\"}"),
        raw("body-latin1", r#"{"a":"图"}"#, "{\"a\":\"å\u{9b}¾\"}".as_bytes()),
        post("body-question-marks", r#"{"a":"图文"}"#, r#"{"a":"??"}"#),
        plant(
            "body-utf8",
            Sent::post(b"{\"a\":\"\xcd\xbc\xce\xc4\"}".to_vec()),
            text("POST", JSAPI, TIMESTAMP, NONCE, r#"{"a":"图文"}"#),
        ),
        raw("body-utf16", "{}", b"{\0}\0"),
        post("body-url-encoded", r#"{"a":"b"}"#, "%7B%22a%22%3A%22b%22%7D"),
        post("body-form", r#"{"a":"b","c":1}"#, "a=b&c=1"),
        post("body-map", r#"{"a":"b","c":1}"#, "{a=b, c=1}"),
        post("body-sha1-digest", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        post("body-json-string", r#"{"a":"b"}"#, r#""{\"a\":\"b\"}""#),
        post("body-was-json-string", r#""{\"a\":\"b\"}""#, r#"{"a":"b"}"#),
        post("body-quotes-escaped", r#"{"a":"b"}"#, r#"{\"a\":\"b\"}"#),
        post("body-html-entities", r#"{"a":"<"}"#, "{&quot;a&quot;:&quot;&lt;&quot;}"),
        post("body-minified", python, &compact.replace("图文", "\\u56fe\\u6587")),
    ]
}

fn uploads() -> Vec<Planted> {
    let meta = r#"{"filename":"a.png","sha256":"6bb1"}"#;
    let whole = format!(
        "--x1\r\nContent-Disposition: form-data; name=\"meta\";\r\n\
         Content-Type: application/json\r\n\r\n{meta}\r\n\
         --x1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\";\r\n\
         Content-Type: image/png\r\n\r\nPNG…\r\n--x1--\r\n"
    );
    let target = "/v3/merchant/media/upload";
    let upload = |id, signed: &str| {
        let sent = Sent { target: target.to_owned(), ..Sent::post(whole.as_bytes()) };
        let sent = sent.header("content-type", "multipart/form-data; boundary=x1");
        plant(id, sent, text("POST", target, TIMESTAMP, NONCE, signed))
    };
    vec![
        upload("upload-whole-body", &whole),
        upload("upload-file", "PNG…"),
        upload("body-left-out", ""),
    ]
}

pub(crate) fn planted() -> Vec<Planted> {
    [layouts(), hashed(), targets(), heads(), bodies(), uploads()].into_iter().flatten().collect()
}

#[test]
fn every_planted_mistake_is_named() {
    let mut wrong = Vec::new();
    let mut named = std::collections::BTreeSet::new();
    for Planted { id, sent, signed } in planted() {
        let explanation = sent.explained(&signed);
        let shown = || String::from_utf8_lossy(&signed).into_owned();
        if ids(&explanation) != [id] {
            wrong.push(format!("{id} was taken for {:?}: {}", ids(&explanation), shown()));
        }
        named.insert(id);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(named.len() >= 60, "{} different ones", named.len());
}
