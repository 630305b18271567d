//! The names that Redress answers to.

use std::net::IpAddr;

/// The provider's names, which clients have built in.
pub const PROVIDER: [&str; 5] = [
    "api.mch.weixin.qq.com",
    "api2.mch.weixin.qq.com",
    "api.wechatpay.cn",
    "api2.wechatpay.cn",
    "apihk.mch.weixin.qq.com",
];

/// This machine's own name.
pub(crate) const LOCALHOST: &str = "localhost";

/// All names that a certificate is made for.
pub(crate) fn served() -> impl Iterator<Item = &'static str> {
    PROVIDER.into_iter().chain([LOCALHOST])
}

/// Whether a name is served.
pub(crate) fn is_served(name: &str) -> bool {
    served().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a host, without a port, is a name of this machine that no other can have.
pub(crate) fn is_local(host: &str) -> bool {
    host.eq_ignore_ascii_case(LOCALHOST)
        || address(host).is_some_and(|address| address.is_loopback())
}

/// The address that a host, without a port, is: `127.0.0.1`, `[::1]`.
pub(crate) fn address(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}
