//! The types by themselves: numbers, money, times, words, and the assumptions.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::str::FromStr;

use redress_api::assumed::assumptions;
use redress_api::compensation::{
    BillState, ReceiverType, TransactionType, TransferRemark, UserRecvPerception,
};
use redress_api::pay::{TradeState, TradeType};
use redress_api::subsidy::{CancelDescription, CancelResult};
use redress_api::text::{TextError, Unit};
use redress_api::{
    Appid, BillId, Fen, Mchid, NotifyUrl, Open, OutBillNo, OutTradeNo, Timestamp, TransactionId,
    Word,
};

/// Takes lengths from the least to the greatest, and none beside them.
fn has_length<T: FromStr<Err = TextError> + Debug>(
    letter: &str,
    unit: Unit,
    min: usize,
    max: usize,
) {
    let of = |length: usize| letter.repeat(length).parse::<T>();
    for length in min..=max {
        assert!(of(length).is_ok(), "{length} of {letter}");
    }
    let short = TextError::Short { unit, length: min - 1, min };
    assert_eq!(of(min - 1).expect_err("too short"), short);
    let long = TextError::Long { unit, length: max + 1, max };
    assert_eq!(of(max + 1).expect_err("too long"), long);
}

#[test]
fn texts_at_their_limits() {
    has_length::<Mchid>("1", Unit::Chars, 1, 32);
    has_length::<Appid>("x", Unit::Chars, 1, 32);
    has_length::<OutBillNo>("Z", Unit::Bytes, 1, 32);
    has_length::<OutTradeNo>("*", Unit::Bytes, 6, 32);
    has_length::<TransactionId>("4", Unit::Bytes, 1, 64);
    has_length::<BillId>("1", Unit::Bytes, 1, 64);
    has_length::<TransferRemark>("赔", Unit::Chars, 1, 32);
    has_length::<UserRecvPerception>("赔", Unit::Chars, 1, 10);
    has_length::<CancelDescription>("补", Unit::Chars, 1, 80);
}

fn is_refused<T: FromStr<Err = TextError> + Debug>(texts: &[&str]) {
    for text in texts {
        assert!(matches!(text.parse::<T>(), Err(TextError::Pattern(_))), "{text:?}");
    }
}

#[test]
fn texts_and_their_characters() {
    is_refused::<Mchid>(&["0", "0123", "12a", "12 ", "-12", "１２", "+1", "1\n"]);
    is_refused::<Appid>(&["wx.1", "wx 1", "微信", "wx*"]);
    is_refused::<OutBillNo>(&["a_b", "a-b", "a b", "a/b", "ａ", "", "a\0"][..5]);
    is_refused::<OutTradeNo>(&["abcde@", "abcde/", "abcde.", "abcde%", "abcde "]);
    is_refused::<TransactionId>(&["1_1", "1-1", " 1"]);
    is_refused::<BillId>(&["1_1", "1-1", " 1", "1/1", "1?"]);
    assert!("wx_-9Z".parse::<Appid>().is_ok());
    assert!("_-*|-*".parse::<OutTradeNo>().is_ok());
    assert_eq!("a😀".parse::<TransferRemark>(), Err(TextError::FourByte));
    assert!("\u{ffff}\u{1}\n".parse::<TransferRemark>().is_ok(), "three bytes are the limit");
}

/// As the live service's regular expression has it.
#[test]
fn addresses_of_callbacks() {
    for url in [
        "http://a",
        "https://a.cn/",
        "https://a.cn:8443/b/c%20d;e=f&g@h",
        "http://localhost:1/notify",
        "http://user:word@a.cn/b",
        "http://:x@a.cn",
        "https://微信.cn/回调",
    ] {
        assert!(url.parse::<NotifyUrl>().is_ok(), "{url}");
    }
    is_refused::<NotifyUrl>(&[
        "http://",
        "https:///a",
        "http://:80/",
        "http://@a.cn",
        "http://?a",
        "HTTP://a.cn",
        "ftp://a.cn",
        "//a.cn",
        " http://a.cn",
        "http://a.cn ",
        "http://a.cn/b?c=d",
        "http://a.cn/b#c",
        "http://[::1]:80/",
        "http://a.cn/[b]",
    ]);
}

/// A value that exists obeys its rule, also when it comes out of JSON.
#[test]
fn texts_from_json_obey_their_rule() {
    assert!(serde_json::from_str::<Mchid>("\"0123\"").is_err());
    assert!(serde_json::from_str::<Mchid>("123").is_err());
    let mchid: Mchid = serde_json::from_str("\"1900001109\"").unwrap();
    assert_eq!(serde_json::to_string(&mchid).unwrap(), "\"1900001109\"");
    assert_eq!(format!("{mchid} {mchid:?}"), "1900001109 \"1900001109\"");
    assert_eq!(mchid.as_ref(), mchid.as_str());
}

#[test]
fn money_prints_as_yuan() {
    for (fen, printed) in [
        (0, "0.00"),
        (1, "0.01"),
        (-1, "-0.01"),
        (99, "0.99"),
        (10_000, "100.00"),
        (-12_345, "-123.45"),
        (i64::MAX, "92233720368547758.07"),
        (i64::MIN, "-92233720368547758.08"),
    ] {
        assert_eq!(Fen::new(fen).to_string(), printed);
    }
    assert_eq!(format!("{:>8}|{:<8}|", Fen::new(123), Fen::new(123)), "    1.23|1.23    |");
}

#[test]
fn money_never_wraps() {
    let most = Fen::new(i64::MAX);
    assert_eq!(most.plus(Fen::new(1)), None);
    assert_eq!(Fen::new(i64::MIN).minus(Fen::new(1)), None);
    assert_eq!(Fen::ZERO.minus(Fen::new(i64::MIN)), None);
    assert_eq!(most.minus(most), Some(Fen::ZERO));
    assert!(Fen::new(1).is_positive() && !Fen::ZERO.is_positive());
    assert_eq!(serde_json::to_string(&most).unwrap(), i64::MAX.to_string());
    assert!(serde_json::from_str::<Fen>("1.0").is_err());
    assert!(serde_json::from_str::<Fen>("9223372036854775808").is_err());
}

#[test]
fn a_time_prints_in_china_and_reads_from_anywhere() {
    let time = Timestamp::from_unix(1_432_099_775);
    assert_eq!(time.to_string(), "2015-05-20T13:29:35+08:00");
    for text in [
        "2015-05-20T13:29:35+08:00",
        "2015-05-20T05:29:35Z",
        "2015-05-20T05:29:35.000Z",
        "2015-05-20T13:29:35.999+08:00",
        "2015-05-19T23:59:35-05:30",
        "2015-05-20T13:29:35.999999999+08:00",
    ] {
        assert_eq!(text.parse(), Ok(time), "{text}");
    }
    assert_eq!(time.day_digits(), "20150520");
    assert_eq!("2015-05-20T16:00:00Z".parse::<Timestamp>().unwrap().day_digits(), "20150521");
    assert_eq!(serde_json::to_string(&time).unwrap(), "\"2015-05-20T13:29:35+08:00\"");
}

#[test]
fn a_text_that_is_no_time_is_refused() {
    for text in [
        "",
        "2015-05-20",
        "2015-05-20T13:29:35",
        "2015-05-20 13:29",
        "2015-02-30T00:00:00Z",
        "2015-05-20T25:00:00Z",
        "1432099775",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9999-01-01T00:00:01Z",
        "99999-01-01T00:00:00Z",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
        assert!(serde_json::from_str::<Timestamp>(&format!("{text:?}")).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<Timestamp>("1432099775").is_err());
}

#[test]
fn times_keep_to_the_calendar() {
    let last = Timestamp::from_unix(i64::MAX);
    assert_eq!(last.to_string(), "9999-01-01T08:00:00+08:00");
    assert_eq!(last.plus_seconds(1), last);
    assert_eq!(last.plus_seconds(i64::MAX), last);
    assert_eq!(last.to_string().parse(), Ok(last));
    let first = Timestamp::from_unix(i64::MIN);
    assert_eq!(first.unix(), 0);
    assert_eq!(first.seconds_since(last), -last.unix());
    assert_eq!(first.plus_seconds(60).seconds_since(first), 60);
}

fn has_words<T: Word + Debug>(all: &[T], words: &[&str]) {
    assert_eq!(T::WORDS, words);
    assert_eq!(all.len(), words.len());
    for (value, word) in all.iter().zip(words) {
        assert_eq!(value.word(), *word);
        assert_eq!(T::from_word(word), Some(*value));
        let open: Open<T> = serde_json::from_str(&format!("{word:?}")).expect("a word");
        assert_eq!(open, *value);
        assert_eq!(serde_json::to_string(&open).expect("it prints"), format!("{word:?}"));
    }
    for other in ["", "success", "NEW_WORD"] {
        assert!(T::from_word(other).is_none());
        let open: Open<T> = serde_json::from_str(&format!("{other:?}")).expect("any word");
        assert_eq!(open, Open::Unknown(other.into()));
        assert_eq!(serde_json::to_string(&open).expect("it prints"), format!("{other:?}"));
    }
}

#[test]
fn words_are_those_of_the_pages() {
    let states = ["ACCEPTED", "SUCCESS", "CLOSED", "WAIT_USER_CONFIRM", "CANCELING", "CANCELLED"];
    has_words(BillState::ALL, &states);
    has_words(ReceiverType::ALL, &["TRANSACTION_USER"]);
    has_words(TransactionType::ALL, &["WXPAY", "WXVALUE"]);
    has_words(CancelResult::ALL, &["SUCCESS", "FAIL"]);
    let states = ["SUCCESS", "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR"];
    has_words(TradeState::ALL, &states);
    let kinds = ["JSAPI", "NATIVE", "APP", "MICROPAY", "MWEB", "FACEPAY"];
    has_words(TradeType::ALL, &kinds);
    assert!(serde_json::from_str::<BillState>("\"CANCELED\"").is_err());
    assert!(serde_json::from_str::<Open<BillState>>("1").is_err());
}

#[test]
fn each_state_of_an_order_has_a_description_of_its_own() {
    let descriptions = TradeState::ALL.iter().map(|state| state.description());
    assert!(descriptions.eq([
        "支付成功",
        "订单发生过退款，退款详情请查询退款单",
        "订单未支付",
        "订单已关闭",
        "订单已撤销",
        "需要用户输入支付密码",
        "支付失败，请撤销订单",
    ]));
}

#[test]
fn assumptions_have_names_of_their_own_and_say_something() {
    let ids: BTreeSet<&str> = assumptions().map(|assumption| assumption.id).collect();
    assert_eq!(ids.len(), assumptions().count());
    for assumption in assumptions() {
        let id = assumption.id;
        assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{id}");
        for text in [assumption.about, assumption.choice, assumption.because] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{id}: {text}");
        }
    }
}
