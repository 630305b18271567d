//! Requests made field by field, and requests held to the rules before they are printed: both are
//! refused with the words that the wire has for the same request.

use redress_api::combine::{self, SubAmount, SubOrder, SubSettle, SubsidyAmount};
use redress_api::compensation::{Cancel, Create, Query, Receiver, TransactionInfo};
use redress_api::field::ITEMS_MAX;
use redress_api::{Draft, Endpoint, Fen, Open, ParamError, Timestamp, pay, refund, sharing, wire};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::pages::{CANCEL, CREATE, CREATE_REQUEST, REVERSE, REVERSE_REQUEST};

/// The page's example, field by field.
fn create() -> Draft<Create> {
    let order =
        TransactionInfo::draft().transaction_id("1217752501201407033233368018").r#type("WXPAY");
    Create::draft()
        .receiver(Receiver::draft().r#type("TRANSACTION_USER").transaction_info(order))
        .out_bill_no("plfk2020042013")
        .amount(10_000)
        .transfer_remark("直播违规扣罚")
        .sponsor_mchid("1900001109")
        .transfer_scene_id("1001")
        .user_recv_perception("退货运费补偿")
}

fn example() -> Json {
    serde_json::from_str(CREATE_REQUEST).expect("the example is JSON")
}

#[test]
fn a_draft_makes_what_its_fields_say() {
    let decoded: Create = wire::decode(CREATE, CREATE_REQUEST.as_bytes()).unwrap();
    assert_eq!(create().build(), Ok(decoded.clone()));
    // The fields' own types do as well, in any order, and the last word counts.
    let typed = Create::draft()
        .user_recv_perception(decoded.user_recv_perception.clone())
        .transfer_scene_id(Some("1001"))
        .sponsor_mchid(decoded.sponsor_mchid.clone())
        .transfer_remark("something else")
        .transfer_remark(&decoded.transfer_remark)
        .amount(Fen::new(10_000))
        .out_bill_no(String::from("plfk2020042013"))
        .receiver(&decoded.receiver);
    assert_eq!(typed.build(), Ok(decoded));
}

#[test]
fn what_is_not_set_or_none_is_left_out() {
    let made = create().transfer_scene_id(None::<&str>).user_recv_perception(()).build().unwrap();
    assert_eq!((made.transfer_scene_id, made.user_recv_perception), (None, None));
}

/// Path, query and body.
#[test]
fn a_draft_knows_where_its_fields_travel() {
    let cancel = Cancel::draft().out_bill_no("plfk2020042013").build().unwrap();
    assert_eq!(wire::encode(&cancel).uri().to_string(), CANCEL);
    let number = REVERSE.split('/').nth(5).unwrap();
    let reverse = pay::Reverse::draft().out_trade_no(number);
    let body: Json = serde_json::from_str(REVERSE_REQUEST).unwrap();
    let made = reverse.appid(&body["appid"]).mchid(&body["mchid"]).build();
    assert_eq!(made, wire::decode(REVERSE, REVERSE_REQUEST.as_bytes()));

    let words = |error: ParamError| error.message.split('”').next().unwrap().to_owned();
    assert_eq!(words(Cancel::draft().build().unwrap_err()), "输入源“/uri_template/out_bill_no");
    let query = pay::Query::draft().out_trade_no("abcdef");
    assert_eq!(words(query.clone().build().unwrap_err()), "输入源“/query/mchid");
    assert!(query.mchid("1900001109").build().is_ok());
}

fn sub_order(number: &str, fen: i64) -> Draft<SubOrder> {
    SubOrder::draft()
        .mchid("1900000109")
        .attach("-")
        .amount(SubAmount::draft().total_amount(fen).currency("CNY"))
        .out_trade_no(number)
        .description("-")
}

fn combined(orders: Vec<Draft<SubOrder>>) -> Result<combine::Native, ParamError> {
    combine::Native::draft()
        .combine_appid("wx8888888888888888")
        .combine_mchid("1900000109")
        .combine_out_trade_no("C20150806125346")
        .time_expire(Timestamp::from_unix(1_800_000_000))
        .notify_url("https://example.com/told")
        .sub_orders(orders)
        .build()
}

#[test]
fn lists_and_objects_are_drafts_too() {
    let made = combined(vec![sub_order("sub-order-1", 1), sub_order("sub-order-2", 2)]).unwrap();
    assert_eq!(made.sub_orders[1].amount.total_amount, Fen::new(2));
    let error = combined(vec![sub_order("sub-order-1", 1), sub_order("sub-order-2", 0)]);
    let error = error.unwrap_err();
    assert!(error.message.contains("“/body/sub_orders/1/amount/total_amount”"), "{error}");
}

/// Whatever is wrong, a draft is refused with the words that the service has for it.
#[test]
fn a_draft_is_refused_as_the_wire_refuses_it() {
    struct Unprintable;
    impl Serialize for Unprintable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("there is nothing to print"))
        }
    }
    type Case = (fn(Draft<Create>) -> Draft<Create>, fn(&mut Json));
    let cases: &[Case] = &[
        (|draft| draft.sponsor_mchid(()), |body| drop(remove(body, "sponsor_mchid"))),
        (|draft| draft.receiver(()), |body| drop(remove(body, "receiver"))),
        (|draft| draft.amount(0), |body| body["amount"] = 0.into()),
        (|draft| draft.amount("1"), |body| body["amount"] = "1".into()),
        (|draft| draft.amount(1.5), |body| body["amount"] = 1.5.into()),
        (|draft| draft.out_bill_no(""), |body| body["out_bill_no"] = "".into()),
        (|draft| draft.out_bill_no("a b"), |body| body["out_bill_no"] = "a b".into()),
        (|draft| draft.out_bill_no(7), |body| body["out_bill_no"] = 7.into()),
        (
            |draft| draft.transfer_remark("长".repeat(33)),
            |body| body["transfer_remark"] = "长".repeat(33).into(),
        ),
        (|draft| draft.transfer_remark("😀"), |body| body["transfer_remark"] = "😀".into()),
        (|draft| draft.transfer_scene_id(()), |body| drop(remove(body, "transfer_scene_id"))),
        (
            |draft| draft.receiver(Receiver::draft().r#type("MERCHANT")),
            |body| body["receiver"] = json!({ "type": "MERCHANT" }),
        ),
        (
            |draft| draft.receiver(json!({ "type": null, "mchInfo": {} })),
            |body| body["receiver"] = json!({ "type": null, "mchInfo": {} }),
        ),
        (|draft| draft.receiver([1]), |body| body["receiver"] = json!([1])),
        (|draft| draft.amount(Unprintable), |body| body["amount"] = Json::Null),
    ];
    for (number, (draft, change)) in cases.iter().enumerate() {
        let mut body = example();
        change(&mut body);
        let expected = wire::decode::<Create>(CREATE, body.to_string().as_bytes());
        assert!(expected.is_err(), "case {number}");
        assert_eq!(draft(create()).build(), expected, "case {number}");
    }
}

fn remove(body: &mut Json, name: &str) -> Option<Json> {
    body.as_object_mut().expect("an object").remove(name)
}

/// Checked before it is printed, and refused as whoever reads the print refuses it.
fn refused_alike<E: Endpoint + std::fmt::Debug + PartialEq>(request: &E, pointer: &str) {
    let printed = wire::encode(request);
    let read = wire::decode::<E>(&printed.uri().to_string(), printed.body()).expect_err(pointer);
    assert!(read.message.contains(pointer), "{read}");
    assert_eq!(wire::encode_checked(request).expect_err(pointer), read);
}

#[test]
fn a_request_is_refused_before_it_is_printed_as_the_wire_refuses_it() {
    let good = create().build().unwrap();
    refused_alike(&Create { amount: Fen::ZERO, ..good.clone() }, "“/body/amount”");
    let scene = Create { transfer_scene_id: None, ..good.clone() };
    refused_alike(&scene, "“/body/transfer_scene_id”");
    let mut stranger = good.clone();
    stranger.receiver.r#type = Open::Unknown("MERCHANT".into());
    refused_alike(&stranger, "“/body/receiver/type”");
    stranger.receiver.r#type = good.receiver.r#type;
    stranger.receiver.transaction_info.r#type = Some(Open::Unknown("X".into()));
    refused_alike(&stranger, "“/body/receiver/transaction_info/type”");

    let announced = SubSettle::draft().subsidy_amount(0);
    let mut less_than_nothing =
        combined(vec![sub_order("sub-order-1", 1).settle_info(announced)]).unwrap();
    let settle_info = &mut less_than_nothing.sub_orders[0].settle_info;
    settle_info.as_mut().unwrap().subsidy_amount = Some(SubsidyAmount(-1));
    refused_alike(&less_than_nothing, "“/body/sub_orders/0/settle_info/subsidy_amount”");
    let mut too_many = combined(vec![sub_order("sub-order-1", 1)]).unwrap();
    too_many.sub_orders = vec![too_many.sub_orders[0].clone(); ITEMS_MAX + 1];
    refused_alike(&too_many, "“/body/sub_orders”");

    let nobody = sharing::Create {
        appid: None,
        sub_mchid: "1900000109".parse().unwrap(),
        transaction_id: "4208450740201411110007820472".parse().unwrap(),
        out_order_no: "P20150806125346".parse().unwrap(),
        receivers: Vec::new(),
        finish: true,
    };
    refused_alike(&nobody, "“/body/receivers”");
    let of_nothing = sharing::QueryReturn {
        sub_mchid: "1900000109".parse().unwrap(),
        out_return_no: "R20190516001".parse().unwrap(),
        order_id: None,
        out_order_no: None,
    };
    refused_alike(&of_nothing, "“/query/order_id”");
    let refund = refund::Create::draft()
        .out_refund_no("1217752501201407033233368018")
        .amount(json!({ "refund": 1, "total": 1, "currency": "CNY" }));
    let error = refund.build().unwrap_err();
    assert!(error.message.contains("“/body/transaction_id”"), "{error}");
}

#[test]
fn a_draft_shows_no_values() {
    let draft = pay::CodePayer::draft().auth_code("130000000000000000");
    assert_eq!(format!("{draft:?}"), r#"{"auth_code"}"#);
    let payer = pay::CodePayer::draft().auth_code("13000000000000000");
    let error = pay::Codepay::draft().payer(payer).build().unwrap_err();
    assert!(!format!("{error:?} {error}").contains("1300"), "{error:?}");
    let wrong = Query::draft().out_bill_no("planted secret").build().unwrap_err();
    assert!(!format!("{wrong:?}").contains("planted"), "{wrong:?}");
}
