//! Mistakes in the head of a request, which are found before any signature is looked at.

use super::codings::mistakes;
use crate::mistake::{Dimension, Fix, Mistake};

const FIX_HEADERS: Fix = Fix {
    zh: "每个请求都带上 Accept: application/json 和 User-Agent。",
    en: "Send Accept: application/json and a User-Agent with every request.",
};

const FIX_ITEMS: Fix = Fix {
    zh: "Authorization 写成：WECHATPAY2-SHA256-RSA2048 mchid=\"…\",nonce_str=\"…\",\
         signature=\"…\",timestamp=\"…\",serial_no=\"…\"，五项各一次。",
    en: "Write Authorization: WECHATPAY2-SHA256-RSA2048 mchid=\"…\",nonce_str=\"…\",\
         signature=\"…\",timestamp=\"…\",serial_no=\"…\", each of the five once.",
};

const FIX_CLOCK: Fix = Fix {
    zh: "时间戳取当前 Unix 时间，以秒为单位；校准机器时钟。",
    en: "Take the present Unix time in seconds, and set the machine's clock.",
};

const FIX_MCHID: Fix = Fix {
    zh: "mchid 填发起请求、持有商户 API 证书的商户号（服务商模式下是服务商的）。",
    en: "Put in the number of the merchant that calls and has the API certificate; in a service \
         provider's mode that is the provider's.",
};

const FIX_SERIAL: Fix = Fix {
    zh: "serial_no 填商户 API 证书的序列号，十六进制：openssl x509 -in apiclient_cert.pem -noout \
         -serial。",
    en: "Put the serial number of the merchant's API certificate into serial_no, in hexadecimal: \
         openssl x509 -in apiclient_cert.pem -noout -serial.",
};

mistakes! {
    ACCEPT: Head, "accept-missing", FIX_HEADERS,
        "请求没有 Accept 头。",
        "The request has no Accept header.";
    USER_AGENT: Head, "user-agent-missing", FIX_HEADERS,
        "请求没有 User-Agent 头。",
        "The request has no User-Agent header.";
    MISSING: Head, "authorization-missing", FIX_ITEMS,
        "请求没有 Authorization 头。",
        "The request has no Authorization header.";
    DOUBLED: Head, "authorization-doubled", FIX_ITEMS,
        "Authorization 头不止一个。",
        "The request has more than one Authorization header.";
    GARBLED: Head, "authorization-garbled", FIX_ITEMS,
        "Authorization 头太长，或含有不可见字符。",
        "The Authorization header is too long or has other than printable characters.";
    SCHEME_CASE: Head, "scheme-case", FIX_ITEMS,
        "认证类型的大小写不对，应为 WECHATPAY2-SHA256-RSA2048。",
        "The scheme word is in the wrong case; it is WECHATPAY2-SHA256-RSA2048.";
    SCHEME_OTHER: Head, "scheme-other", FIX_ITEMS,
        "认证类型不对，应为 WECHATPAY2-SHA256-RSA2048。",
        "The scheme word is not WECHATPAY2-SHA256-RSA2048.";
    SCHEME_MISSING: Head, "scheme-missing", FIX_ITEMS,
        "Authorization 开头没有认证类型。",
        "Authorization does not begin with the scheme word.";
    ITEM_MISSING: Head, "item-missing", FIX_ITEMS,
        "Authorization 缺少一项。",
        "Authorization lacks an item.";
    ITEM_DOUBLED: Head, "item-doubled", FIX_ITEMS,
        "Authorization 里有一项出现了两次。",
        "Authorization has an item twice.";
    ITEM_MISSPELT: Head, "item-misspelt", FIX_ITEMS,
        "Authorization 里有一项的名称写错了。",
        "Authorization has an item under a wrong name.";
    ITEM_UNKNOWN: Head, "item-unknown", FIX_ITEMS,
        "Authorization 里有多余的项。",
        "Authorization has an item that does not belong there.";
    ITEM_EMPTY: Head, "item-empty", FIX_ITEMS,
        "Authorization 里有一项是空的。",
        "Authorization has an item that is empty.";
    ITEM_LONG: Head, "item-too-long", FIX_ITEMS,
        "Authorization 里有一项太长。",
        "Authorization has an item that is too long.";
    QUOTES_MISSING: Head, "quotes-missing", FIX_ITEMS,
        "Authorization 里的值没有用双引号括起来。",
        "The values in Authorization are not in quotes.";
    QUOTES_SINGLE: Head, "quotes-single", FIX_ITEMS,
        "Authorization 里的值用的是单引号，应为双引号。",
        "The values in Authorization are in single quotes in place of double ones.";
    SEPARATORS: Head, "items-not-separated", FIX_ITEMS,
        "Authorization 里的各项之间不是逗号，或等号两边有空格。",
        "The items of Authorization are not separated by commas, or have spaces around their =.";
    MILLISECONDS: Head, "timestamp-in-milliseconds", FIX_CLOCK,
        "请求头里的时间戳以毫秒为单位，应当以秒为单位。",
        "The timestamp in the header is in milliseconds; it has to be in seconds.";
    CLOCK: Head, "timestamp-stale", FIX_CLOCK,
        "时间戳与当前时间相差超过 5 分钟。",
        "The timestamp is more than five minutes off.";
    NOT_A_TIME: Head, "timestamp-garbled", FIX_CLOCK,
        "请求头里的时间戳不是数字。",
        "The timestamp in the header is no number.";
    MCHID: Head, "mchid-unknown", FIX_MCHID,
        "没有这个商户号，或它没有商户 API 证书。",
        "There is no merchant of this number, or it has no API certificate.";
    SERIAL: Head, "serial-unknown", FIX_SERIAL,
        "serial_no 不是这个商户的任何证书的序列号。",
        "serial_no is the number of none of this merchant's certificates.";
    SERIAL_PLATFORM: Head, "serial-of-the-platform", FIX_SERIAL,
        "serial_no 填的是微信支付平台证书的序列号，应填商户 API 证书的。",
        "serial_no is the platform certificate's; it has to be the merchant's own.";
    SERIAL_PUBLIC_KEY: Head, "serial-is-public-key-id", FIX_SERIAL,
        "serial_no 填的是微信支付公钥 ID，应填商户 API 证书的序列号。",
        "serial_no is the id of the platform's public key; it has to be the serial number of the \
         merchant's certificate.";
    SERIAL_DECIMAL: Head, "serial-decimal", FIX_SERIAL,
        "serial_no 是十进制，应为十六进制。",
        "serial_no is written in decimal; it has to be hexadecimal.";
    SERIAL_COLONS: Head, "serial-with-colons", FIX_SERIAL,
        "serial_no 里有冒号、空格或 0x，应只有十六进制数字。",
        "serial_no has colons, spaces or 0x in it; it has to be hexadecimal digits alone.";
    SERIAL_OTHER: Head, "serial-of-another-merchant", FIX_SERIAL,
        "serial_no 是另一个商户的证书的序列号。",
        "serial_no is the number of another merchant's certificate.";
    SERIAL_GARBLED: Head, "serial-garbled", FIX_SERIAL,
        "serial_no 不是十六进制数。",
        "serial_no is not hexadecimal.";
}
