//! Receivers' accounts and names. A name is personal: it is read, and never kept or printed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ReceiverType;
use crate::error::ParamError;
use crate::id::{Appid, Mchid};
use crate::text::{Pattern, TextRule, text};
use crate::word::Open;

text! {
    /// The account of a receiver (接收方账号): a merchant number or an openid, 1–64 characters.
    ReceiverAccount, Chars 1..=64
}

impl ReceiverAccount {
    /// The merchant that it names, for an account of that type.
    #[must_use]
    pub fn merchant(&self) -> Option<Mchid> {
        self.as_str().parse().ok()
    }
}

impl From<&Mchid> for ReceiverAccount {
    fn from(mchid: &Mchid) -> Self {
        Self::try_from(Box::<str>::from(mchid.as_str())).expect("a merchant number is an account")
    }
}

/// What an openid looks like.
const OPENID: TextRule = TextRule {
    pattern: Some(Pattern {
        shown: "^[0-9A-Za-z_-]+$",
        matches: |text| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')),
    }),
    ..ReceiverAccount::TEXT
};

/// That an account looks like what its type says.
pub(super) fn check_account(
    kind: &Open<ReceiverType>,
    account: &ReceiverAccount,
    pointer: &str,
    label: &str,
) -> Result<(), ParamError> {
    let text = account.as_str();
    let checked = match kind.known() {
        Some(ReceiverType::Merchant) => Mchid::TEXT.check(text),
        Some(ReceiverType::Person) => OPENID.check(text),
        None => Ok(()),
    };
    checked.map_err(|problem| {
        let message =
            format!("输入源“{pointer}”映射到值字段“{label}”字符串规则校验失败，{problem}");
        ParamError::new(message, Some("body"), problem.offending(text))
    })
}

/// What must be true of an account that is put on the list, or taken off it.
pub(super) fn check_listed(
    appid: Option<&Appid>,
    kind: &Open<ReceiverType>,
    account: &ReceiverAccount,
) -> Result<(), ParamError> {
    check_account(kind, account, "/body/account", "接收方账号")?;
    if *kind == ReceiverType::Person && appid.is_none() {
        return Err(ParamError::missing("/body/appid", "公众账号ID"));
    }
    Ok(())
}

/// Defines a name: a text with a rule that no debug output shows.
macro_rules! name {
    ($(#[$meta:meta])* $name:ident, $max:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "Box<str>")]
        pub struct $name(Box<str>);

        text!(@rule $name, Chars 1..=$max);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

name! {
    /// A receiver's name, encrypted for the platform's key: 1–10240 characters. Nobody opens it
    /// here.
    SealedName, 10_240
}

name! {
    /// A receiver's name: 1–256 characters.
    AccountName, 256
}
