//! The protocol: parameters, headers, keys, callbacks.

use super::{Assumption, assume};

pub(super) const ASSUMPTIONS: &[Assumption] = &[
    assume(
        "text-unit",
        "The unit of string(n)",
        "Characters for remarks, descriptions and appids; bytes for numbers of orders and bills",
        "The live service says 字节数 for some fields and 字符数 for others; the page's own sample of user_recv_perception only fits characters",
    ),
    assume(
        "number-charset",
        "Characters of transaction_id and appid",
        "Digits and letters; an appid also `_` and `-`",
        "No page names them",
    ),
    assume(
        "four-byte",
        "Characters beyond three bytes of UTF-8",
        "400 PARAM_ERROR",
        "The rules exclude them and publish no message",
    ),
    assume(
        "json",
        "A body that is not JSON, or names a field twice",
        "400 PARAM_ERROR 参数错误",
        "No capture shows another message",
    ),
    assume(
        "target-encoding",
        "Escaped bytes of path or query that are not UTF-8",
        "400 PARAM_ERROR 参数错误",
        "No page says; read as another character they would name another order",
    ),
    assume(
        "query-unknown",
        "Query parameters that the page does not define",
        "400 PARAM_ERROR, as in bodies",
        "Bodies are known to be refused so",
    ),
    assume(
        "enumeration",
        "Words of the message for a value outside an enumeration",
        "枚举规则校验失败 and the list of values",
        "No capture shows it; the code is certain",
    ),
    assume(
        "content-type",
        "The request's Content-Type",
        "Not checked",
        "Real clients send none, an empty one, and one with a charset",
    ),
    assume(
        "accept-user-agent",
        "Missing Accept or User-Agent",
        "400 INVALID_REQUEST, before the signature is looked at",
        "The message is captured, its status is not",
    ),
    assume(
        "missing-authorization",
        "No Authorization header at all",
        "401 SIGN_ERROR with the message of a garbled one",
        "Seen in the live service after the User-Agent was added",
    ),
    assume(
        "body-limit",
        "A body of more than 64 KiB, or one that takes more than 10 seconds",
        "400 INVALID_REQUEST",
        "No limit is published; the code says that the request breaks the rules of the interface",
    ),
    assume(
        "route",
        "An unknown path, or another method",
        "404 NOT_FOUND, 405 INVALID_REQUEST, signed",
        "The statuses are captured, the bodies are not",
    ),
    assume(
        "nonce",
        "A nonce used twice",
        "Accepted",
        "The official Java SDK repeats a signed request on the standby host",
    ),
    assume(
        "signed-errors",
        "Signatures on errors",
        "Every answer is signed",
        "Captured for 400; a few failures were seen without",
    ),
    assume(
        "platform-keys",
        "Which of the platform's keys signs an answer",
        "By a setting of the merchant: `public_key` (default), `certificate` or `both`. The key that the request's Wechatpay-Serial names, if the merchant has it; else its certificate; else the public key",
        "The guide to the change says so for the public key's id and for no header at all",
    ),
    assume(
        "certificate-overlap",
        "How one platform certificate takes over from another",
        "The new one is listed at once, the old one signs until the overlap (24 hours by default) ends and is then gone; algorithm_type SM2 gets 404 RESOURCE_NOT_EXISTS",
        "The page lists both 24 hours before; no answer to SM2 is published for merchants without such certificates",
    ),
    assume(
        "security-echo",
        "The test of a merchant's keys: lengths, errors, and its callback",
        "1 to 1024 characters each. Wechatpay-Serial missing, or of a key that the merchant has not: 400 PARAM_ERROR. Sealed for another key, or not at all: 400 PARAM_ERROR with one message. The callback is signed as all others are, whatever key was named",
        "The page has no lengths and no errors of its own; the words about the header are those of the provider's list of questions, which prints the code for the second",
    ),
    assume(
        "request-id",
        "The number at the end of the Request-ID",
        "As the troubleshooting guide lists them; the nearest one where it lists none",
        "The guide covers part of the errors",
    ),
    assume(
        "callback-retry",
        "When a callback is sent again",
        "The published gaps are counted from the moment at which the attempt before was due",
        "The gaps are published, what they are counted from is not; so a late attempt delays no other",
    ),
    assume(
        "callback-associated-data",
        "The associated data of a callback",
        "original_type",
        "The page allows it to be empty, its examples carry this; some clients cannot open without",
    ),
    assume(
        "callback-status",
        "A callback that is answered with another 2xx than 200 and 204, or with a redirect",
        "Failed; no redirect is followed",
        "The page names 200 and 204 alone",
    ),
    assume(
        "rate-limit",
        "More requests than an endpoint's rate",
        "429 FREQUENCY_LIMITED 请求频率超过限制, without Retry-After, as soon as the signature is proven. So many pass within any second; what was refused is not counted. A limit of a sub-merchant or an order counts whoever names it; of requests that fail, those above the limit get this code in place of their own, and others pass",
        "Pages name numbers and the code; the words are the troubleshooting guide's for the number in the Request-ID. Nothing says how bursts are counted",
    ),
    assume(
        "rate-reverse",
        "Rates of reverse, of a service provider's code payment, and of a returned subsidy",
        "150, 33 and 200 a second for one caller",
        "Published for the global edition's reverse, for code payments in general, and for the cancelled subsidy",
    ),
    assume(
        "sign-test",
        "Which answers and callbacks carry a wrong signature on purpose (签名探测)",
        "With --sign-test, that share of answers, errors too, drawn for each alone, but never the certificates and files; and of first attempts of callbacks, which come again as if refused. A receiver that refuses a probe is not held against",
        "The article says a very small share of answers and callbacks and the prefix WECHATPAY/SIGNTEST/; a client could not begin without the certificates. One text warns that refusing may count against the address, the others ask for it",
    ),
    assume(
        "busy",
        "More requests than can be queued",
        "500 SYSTEM_ERROR 系统繁忙，请稍后重试",
        "Captured message and code; repeating with the same parameters is safe",
    ),
];
