//! Mistakes with the key, the kind of signature, and how it is written.

use crate::mistake::{Dimension, Fix, Mistake};

const FIX_CODING: Fix = Fix {
    zh: "签名值用标准 Base64（含 +、/ 和末尾的 =），写成一行，不再做别的编码。",
    en: "Write the signature in standard Base64, with +, / and = at its end, in one line and \
         encoded no further.",
};

const FIX_KIND: Fix = Fix {
    zh: "用 SHA256withRSA，即 RSASSA-PKCS1-v1_5 和 SHA-256。",
    en: "Sign with SHA256withRSA, that is RSASSA-PKCS1-v1_5 and SHA-256.",
};

const FIX_KEY: Fix = Fix {
    zh: "用 mchid 自己的商户 API 证书私钥签名，serial_no 填这张证书的序列号。",
    en: "Sign with the private key of the mchid's own API certificate, and put that certificate's \
         serial number into serial_no.",
};

macro_rules! mistakes {
    ($($(#[$doc:meta])* $name:ident: $dimension:ident, $id:literal, $fix:ident, $zh:literal,
        $en:literal;)*) => {
        $(pub(crate) static $name: Mistake =
            Mistake::new($id, Dimension::$dimension, $zh, $en, $fix);)*
        /// All of them.
        pub(crate) static MISTAKES: &[Mistake] =
            &[$(Mistake::new($id, Dimension::$dimension, $zh, $en, $fix)),*];
    };
}
pub(crate) use mistakes;

mistakes! {
    OTHER_KEY: Key, "key-other", FIX_KEY,
        "签名用的是同一商户的另一把私钥，不是 serial_no 指明的那一把。",
        "The signature is made with another key of the same merchant than serial_no names.";
    OTHER_MERCHANT: Key, "key-of-another-merchant", FIX_KEY,
        "签名用的是另一个商户的私钥。",
        "The signature is made with another merchant's key.";
    PLATFORM: Key, "key-of-the-platform", FIX_KEY,
        "签名用的是微信支付平台的私钥，不是商户的。",
        "The signature is made with the platform's key, not with the merchant's.";
    PSS: Key, "signed-with-pss", FIX_KIND,
        "签名用的是 RSA-PSS 填充。",
        "The signature is padded as RSA-PSS has it.";
    MD5: Key, "signed-with-md5", FIX_KIND,
        "签名用的摘要算法是 MD5。",
        "The signature is made over an MD5 digest.";
    SHA1: Key, "signed-with-sha1", FIX_KIND,
        "签名用的摘要算法是 SHA-1。",
        "The signature is made over a SHA-1 digest.";
    SHA384: Key, "signed-with-sha384", FIX_KIND,
        "签名用的摘要算法是 SHA-384。",
        "The signature is made over a SHA-384 digest.";
    SHA512: Key, "signed-with-sha512", FIX_KIND,
        "签名用的摘要算法是 SHA-512。",
        "The signature is made over a SHA-512 digest.";
    NO_DIGEST_INFO: Key, "digest-not-named", FIX_KIND,
        "签名里没有摘要算法的标识（DigestInfo）：用私钥直接加密了摘要或签名串。",
        "The signature does not name its hash function: digest or text were encrypted with the \
         private key as they are.";
    URL_SAFE: Coding, "signature-url-safe", FIX_CODING,
        "签名值用的是 URL 安全的 Base64（- 和 _）。",
        "The signature is written in URL-safe Base64, with - and _.";
    UNPADDED: Coding, "signature-unpadded", FIX_CODING,
        "签名值的 Base64 缺少末尾的 =。",
        "The signature's Base64 lacks the = at its end.";
    HEX: Coding, "signature-hex", FIX_CODING,
        "签名值是十六进制，不是 Base64。",
        "The signature is written in hexadecimal, not in Base64.";
    TWICE: Coding, "signature-base64-twice", FIX_CODING,
        "签名值做了两次 Base64（或对十六进制做了 Base64）。",
        "The signature is written in Base64 twice, or in Base64 of hexadecimal.";
    BROKEN_LINES: Coding, "signature-line-breaks", FIX_CODING,
        "签名值的 Base64 中间有换行或空白。",
        "The signature's Base64 is broken by line ends or white space.";
    SPACES: Coding, "signature-spaces-for-plus", FIX_CODING,
        "签名值里的 + 变成了空格。",
        "The + of the signature's Base64 have become spaces.";
    PERCENT: Coding, "signature-percent-encoded", FIX_CODING,
        "签名值做了 URL 编码（%2B、%2F、%3D）。",
        "The signature is percent-encoded, with %2B, %2F and %3D.";
    ESCAPED: Coding, "signature-slashes-escaped", FIX_CODING,
        "签名值里的 / 被转义成 \\/。",
        "The / of the signature's Base64 are escaped, as \\/.";
    REVERSED: Coding, "signature-bytes-reversed", FIX_CODING,
        "签名值的字节顺序是反的（小端）。",
        "The bytes of the signature are in the reverse order.";
    ZEROS_DROPPED: Coding, "signature-zeros-dropped", FIX_CODING,
        "签名值开头的零字节丢了。",
        "The signature lacks the zero bytes at its begin.";
    LENGTH: Coding, "signature-length", FIX_CODING,
        "签名值的长度与密钥不符：被截断了，或者不是 RSA 签名。",
        "The signature is not as long as the key makes it: it is cut off, or it is none of RSA.";
    NOT_BASE64: Coding, "signature-not-base64", FIX_CODING,
        "签名值不是 Base64。",
        "The signature is not Base64.";
}
