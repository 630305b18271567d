//! What has no order in it: the platform's certificates, statements and their days.

use redress_api::statement::{BillDate, Trade};
use redress_api::{Day, Timestamp, wire};

use crate::facts::at;
use crate::fields::printed;

#[test]
fn fields_of_certificates_are_those_of_the_page() {
    let list = at("GET", "/v3/certificates");
    assert_eq!(printed(list.request), "algorithm_type【平台证书算法类型】");
    assert_eq!(
        printed(list.response),
        "data*【平台证书列表】[ serial_no*【证书序列号】 effective_time*【证书启用时间】 expire_time*【证书弃用时间】 encrypt_certificate*【证书信息】{ algorithm*【加密证书的算法】 nonce*【加密证书的随机串】 associated_data*【加密证书的附加数据】 ciphertext*【加密后的证书内容】 } ]"
    );
}

#[test]
fn fields_of_statements_are_those_of_the_pages() {
    let (date, packed) = ("bill_date*【账单日期】", "tar_type【压缩类型】");
    let trade = at("GET", "/v3/bill/tradebill");
    let request = format!("{date} bill_type【账单类型】 sub_mchid【子商户号】 {packed}");
    assert_eq!(printed(trade.request), request);
    let funds = at("GET", "/v3/bill/fundflowbill");
    let request = format!("{date} account_type【资金账户类型】 {packed}");
    assert_eq!(printed(funds.request), request);
    let answer = "hash_type*【哈希类型】 hash_value*【哈希值】 download_url*【下载地址】";
    assert_eq!([printed(trade.response), printed(funds.response)], [answer; 2]);
    assert!(at("GET", "/v3/billdownload/file").response.is_empty());
}

#[test]
fn days_are_chinas() {
    let day: Day = "2026-02-28".parse().expect("a day");
    assert_eq!(day.start().to_string(), "2026-02-28T00:00:00+08:00");
    assert_eq!(day.next().to_string(), "2026-03-01");
    assert_eq!(Day::of(day.start().plus_seconds(-1)).to_string(), "2026-02-27");
    assert_eq!(Day::of(day.next().start()), day.next());
    let last: Day = "2026-05-31".parse().expect("a day");
    assert_eq!(last.months_before(3), day, "a shorter month ends earlier");
    let time: Timestamp = "2015-05-20T13:29:35+08:00".parse().expect("a time");
    assert_eq!(time.in_statements(), "2015-05-20 13:29:35");
    for unfit in ["2026-02-29", "2026-2-28", "20260228", "1969-12-31", "9999-01-01", "", "today"] {
        assert!(unfit.parse::<Day>().is_err(), "{unfit}");
    }
}

#[test]
fn a_statements_day_must_be_in_the_calendar() {
    let target = |date: &str| format!("/v3/bill/tradebill?bill_date={date}");
    let trade: Trade = wire::decode(&target("2024-02-29"), b"").expect("a leap year");
    assert_eq!(trade.bill_date.day().map(BillDate::from), Some(trade.bill_date.clone()));
    assert_eq!(wire::encode(&trade).uri().to_string(), target("2024-02-29"));
    let error = wire::decode::<Trade>(&target("2026-02-29"), b"").expect_err("no such day");
    assert!(error.message.ends_with("不是合法的日期"), "{error}");
}
