//! Whatever arrives, reading it never panics; whatever is sent, it is read the same.

use proptest::prelude::*;
use redress_api::compensation::{
    Cancel, Create, Query, QueryById, Receiver, TransactionInfo, TransactionType,
};
use redress_api::{
    Endpoint, Fen, Mchid, Open, OutTradeNo, Timestamp, TransactionId, partner, pay, subsidy, wire,
};

use crate::pages::{CREATE, CREATE_REQUEST, QUERY, SUBSIDY_REQUEST};

fn read_everywhere(target: &str, body: &[u8]) {
    drop(wire::decode::<Create>(target, body));
    drop(wire::decode::<Query>(target, body));
    drop(wire::decode::<Cancel>(target, body));
    drop(wire::decode::<pay::Reverse>(target, body));
    drop(wire::decode::<subsidy::Cancel>(target, body));
    drop(wire::decode::<QueryById>(target, body));
    drop(wire::decode::<pay::Query>(target, body));
    drop(wire::decode::<pay::QueryById>(target, body));
    drop(wire::decode::<pay::Close>(target, body));
    drop(wire::decode::<partner::Query>(target, body));
    drop(wire::decode::<partner::QueryById>(target, body));
    drop(wire::decode::<partner::Close>(target, body));
    drop(wire::decode::<partner::Reverse>(target, body));
    drop(wire::decode_response::<pay::Query>(body));
    drop(wire::decode_response::<pay::Close>(body));
    drop(wire::decode_response::<partner::Query>(body));
    drop(wire::decode_response::<partner::Reverse>(body));
    drop(wire::decode_response::<Create>(body));
    drop(wire::decode_response::<Query>(body));
}

fn survives<E: Endpoint + PartialEq + std::fmt::Debug>(request: &E) -> Result<(), TestCaseError> {
    let http = wire::encode(request);
    if E::METHOD == http::Method::POST && !E::PATH.contains('{') {
        let json = serde_json::to_value(request).expect("a message prints as JSON");
        prop_assert_eq!(http.body(), &json.to_string());
    }
    let again = wire::decode::<E>(&http.uri().to_string(), http.body());
    prop_assert_eq!(again.as_ref(), Ok(request));
    Ok(())
}

/// Text of one to three bytes a character, of a length in characters.
fn text(length: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        Just('"'),
        Just('\\'),
        Just('\0'),
        Just('/'),
        Just('%'),
        prop::char::range('\u{1}', '\u{d7ff}'),
        prop::char::range('\u{e000}', '\u{ffff}'),
    ];
    prop::collection::vec(character, length).prop_map(|characters| characters.iter().collect())
}

fn creates() -> impl Strategy<Value = Create> {
    let kind = prop::option::of(prop::sample::select(TransactionType::ALL));
    let scene = prop::option::of((text(1..=36), prop::option::of(text(1..=10))));
    let numbers = ("[0-9A-Za-z]{1,64}", "[0-9A-Za-z]{1,32}", "[1-9][0-9]{0,31}");
    (kind, scene, numbers, 1..=i64::MAX, text(1..=32)).prop_map(
        |(kind, scene, (transaction, bill, sponsor), amount, remark)| {
            let mut receiver =
                Receiver::transaction_user(transaction.parse().expect("a transaction"));
            receiver.transaction_info =
                TransactionInfo { r#type: kind.map(Open::Known), ..receiver.transaction_info };
            let perception = scene.as_ref().and_then(|(_, perception)| perception.as_ref());
            Create {
                receiver,
                out_bill_no: bill.parse().expect("a bill"),
                amount: Fen::new(amount),
                transfer_remark: remark.parse().expect("a remark"),
                sponsor_mchid: sponsor.parse().expect("a sponsor"),
                transfer_scene_id: scene.as_ref().map(|(id, _)| id.parse().expect("a scene")),
                user_recv_perception: perception.map(|text| text.parse().expect("a perception")),
            }
        },
    )
}

proptest! {
    #[test]
    fn any_bytes(target in ".{0,200}", body in prop::collection::vec(any::<u8>(), 0..300)) {
        read_everywhere(&target, &body);
    }

    #[test]
    fn any_target_that_looks_like_one(
        tail in "[a-z0-9%/?&=*+.~_-]{0,60}",
        body in prop::sample::select(vec!["", "{}", "null", CREATE_REQUEST, SUBSIDY_REQUEST]),
    ) {
        read_everywhere(&format!("{QUERY}{tail}"), body.as_bytes());
        read_everywhere(&format!("/v3/pay/transactions/out-trade-no/{tail}/reverse"), body.as_bytes());
        read_everywhere(&format!("/v3/pay/transactions/out-trade-no/abcdef?mchid={tail}"), body.as_bytes());
    }

    /// The example with some of its bytes replaced: most of it still looks like a request.
    #[test]
    fn an_example_with_changed_bytes(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut body = CREATE_REQUEST.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        read_everywhere(CREATE, &body);
        body.truncate(cut.index(body.len()));
        read_everywhere(CREATE, &body);
    }

    #[test]
    fn a_create_survives_the_wire(create in creates()) {
        survives(&create)?;
    }

    #[test]
    fn a_reverse_survives_the_wire(
        number in "[0-9A-Za-z_*-]{6,32}",
        appid in "[0-9A-Za-z_-]{1,32}",
        mchid in "[1-9][0-9]{0,31}",
    ) {
        let out_trade_no: OutTradeNo = number.parse().expect("a number");
        let (appid, mchid) = (appid.parse().expect("an appid"), mchid.parse().expect("a mchid"));
        survives(&pay::Reverse { out_trade_no, appid, mchid })?;
    }

    #[test]
    fn requests_about_orders_survive_the_wire(
        (number, id) in ("[0-9A-Za-z_*-]{6,32}", "[0-9A-Za-z]{1,64}"),
        appids in prop::collection::vec(prop::option::of("[0-9A-Za-z_-]{1,32}"), 2),
        (mchid, sub_mchid) in ("[1-9][0-9]{0,31}", "[1-9][0-9]{0,31}"),
    ) {
        let out_trade_no: OutTradeNo = number.parse().expect("a number");
        let transaction_id: TransactionId = id.parse().expect("an id");
        let mchid: Mchid = mchid.parse().expect("a mchid");
        let (sp_mchid, sub_mchid) = (mchid.clone(), sub_mchid.parse::<Mchid>().expect("a mchid"));
        let appid = |at: usize| appids[at].as_ref().map(|appid| appid.parse().expect("an appid"));
        survives(&QueryById { bill_id: id.parse().expect("an id") })?;
        let (no, id) = (|| out_trade_no.clone(), || transaction_id.clone());
        survives(&pay::Query { out_trade_no: no(), mchid: mchid.clone() })?;
        survives(&pay::QueryById { transaction_id: id(), mchid: mchid.clone() })?;
        survives(&pay::Close { out_trade_no: no(), mchid })?;
        let (sp, sub) = (|| sp_mchid.clone(), || sub_mchid.clone());
        survives(&partner::Query { out_trade_no: no(), sp_mchid: sp(), sub_mchid: sub() })?;
        survives(&partner::QueryById { transaction_id: id(), sp_mchid: sp(), sub_mchid: sub() })?;
        survives(&partner::Close { out_trade_no: no(), sp_mchid: sp(), sub_mchid: sub() })?;
        let (sp_appid, sub_appid) = (appid(0), appid(1));
        survives(&partner::Reverse { out_trade_no, sp_appid, sp_mchid, sub_appid, sub_mchid })?;
    }

    #[test]
    fn a_subsidy_cancel_survives_the_wire(description in text(1..=80), id in "[0-9]{1,64}") {
        let sub_mchid = "1900013401".parse().expect("a mchid");
        let transaction_id = id.parse().expect("an id");
        let description = description.parse().expect("a description");
        survives(&subsidy::Cancel { sub_mchid, transaction_id, description })?;
    }

    #[test]
    fn a_time_survives_its_print(seconds in 0_i64..253_370_764_800) {
        let time = Timestamp::from_unix(seconds);
        let printed = time.to_string();
        prop_assert_eq!(printed.len(), 25);
        prop_assert!(printed.ends_with("+08:00"));
        prop_assert_eq!(printed.parse::<Timestamp>(), Ok(time));
        prop_assert_eq!(printed[..10].replace('-', ""), time.day_digits());
    }

    #[test]
    fn any_text_is_a_time_or_not(text in ".{0,40}") {
        drop(text.parse::<Timestamp>());
    }

    #[test]
    fn amounts_add_up_or_say_that_they_do_not(a in any::<i64>(), b in any::<i64>()) {
        let (one, other) = (Fen::new(a), Fen::new(b));
        prop_assert_eq!(one.plus(other).map(Fen::get), a.checked_add(b));
        prop_assert_eq!(one.minus(other).map(Fen::get), a.checked_sub(b));
        let yuan: i128 = one.to_string().replace('.', "").parse().expect("digits");
        prop_assert_eq!(yuan, i128::from(a));
    }
}
