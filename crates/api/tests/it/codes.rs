//! Which endpoint may answer with which code.

use redress_api::endpoints;
use redress_api::error::{self, COMMON, ErrorCode};

const COMBINED_CLOSE: &str = "/{combine_out_trade_no}/close";

/// The codes that only some endpoints answer, and the ends of the paths of those that do.
const WHERE: &[(ErrorCode, &[&str])] = &[
    (
        error::FREQUENCY_LIMITED,
        &[
            "subsidies/cancel",
            "subsidies/create",
            "subsidies/return",
            "/refunds",
            "/{out_refund_no}",
            "/apply",
            "/{refund_id}",
        ],
    ),
    (error::ORDER_PAID, &["/close"]),
    (
        error::NOT_ENOUGH,
        &[
            "/reverse",
            "/pre-transfer",
            "subsidies/create",
            "subsidies/return",
            "/refunds",
            "/apply",
            "-no/{out_refund_no}",
            "/{refund_id}",
        ],
    ),
    (error::USER_ACCOUNT_ABNORMAL, &["/refunds", "/apply", "-no/{out_refund_no}", "/{refund_id}"]),
    (error::MCH_NOT_EXISTS, &["/refunds", "/apply", "/{out_refund_no}", "/{refund_id}"]),
    (
        error::APPID_MCHID_NOT_MATCH,
        &[
            "/reverse",
            "/codepay",
            "/pre-transfer",
            "/jsapi",
            "/native",
            "/app",
            "s/h5",
            COMBINED_CLOSE,
            "/apply",
        ],
    ),
    (error::OUT_TRADE_NO_USED, &["/codepay", "/jsapi", "/native", "/app", "s/h5"]),
    (error::ORDER_CLOSED, &["/jsapi", "/native", "/app", "s/h5"]),
    (error::ORDERNOTEXIST, &["/{combine_out_trade_no}", COMBINED_CLOSE]),
    (error::OPENID_MISMATCH, &["/jsapi"]),
    (
        error::ORDER_NOT_EXIST,
        &[
            "/{out_trade_no}",
            "/{transaction_id}",
            "/{out_trade_no}/close",
            "/reverse",
            "/compensate-bills",
            "/pre-transfer",
        ],
    ),
];

#[test]
fn error_codes_are_known_where_they_may_come_from() {
    for definition in endpoints() {
        for code in COMMON {
            assert!(definition.answers(*code));
        }
        assert!(definition.answers(error::NO_AUTH), "assumed for all");
        assert!(!definition.answers(ErrorCode { status: 400, code: "NO_AUTH" }));
        if definition.path.contains("/profitsharing/") {
            continue; // One path has two methods there, with codes of their own.
        }
        for (code, ends) in WHERE {
            let mut expected = ends.iter().any(|end| definition.path.ends_with(end));
            // Whatever has a rate can be told that it is exceeded.
            expected |= *code == error::FREQUENCY_LIMITED && !definition.rates.is_empty();
            assert_eq!(definition.answers(*code), expected, "{} {}", definition.path, code.code);
        }
    }
}
