//! The contract of each endpoint.

mod compensation_cancel;
mod compensation_create;
mod compensation_query;
mod pay_reverse;
mod subsidy_cancel;

/// The refusal of a merchant that the page's 支持商户 line does not name.
const NO_AUTH: (u16, &str, &str) =
    (403, "NO_AUTH", "商户无权限调用该接口，请确认商户类型及产品权限");
const BILL_UNKNOWN: (u16, &str, &str) = (404, "NOT_FOUND", "查询单据不存在");
