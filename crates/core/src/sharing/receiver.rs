//! The list of those that a platform's sub-merchants may share with.

use redress_api::sharing::{AddReceiver, DeleteReceiver, ReceiverAccount, ReceiverType, Relation};
use redress_api::{Appid, Mchid, sharing};
use serde::{Deserialize, Serialize};

use crate::command::{Operation, Stop};
use crate::context::Context;
use crate::merchant::Merchant;
use crate::refusal;
use crate::row::Row;

/// A receiver. Its name is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// The platform whose list it is.
    pub sp_mchid: Mchid,
    /// What the account is.
    pub kind: ReceiverType,
    /// Who.
    pub account: ReceiverAccount,
    /// What it is to those that share.
    pub relation: Relation,
    /// Whether it is on the list; a deleted one can be added again.
    pub listed: bool,
}

impl Receiver {
    /// The number of a receiver's row.
    #[must_use]
    pub fn row_id(sp_mchid: &Mchid, kind: ReceiverType, account: &ReceiverAccount) -> String {
        format!("{sp_mchid}/{kind}/{account}")
    }
}

impl Row for Receiver {
    const KIND: &'static str = "receiver";

    fn id(&self) -> String {
        Self::row_id(&self.sp_mchid, self.kind, &self.account)
    }

    fn owner(&self) -> &str {
        self.sp_mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        if self.kind == ReceiverType::Merchant && self.account.merchant().is_none() {
            return Err("is no merchant".to_owned());
        }
        Ok(())
    }

    fn follows(&self, _: &Self) -> Result<(), String> {
        Ok(())
    }
}

/// An application that a request names is the caller's.
pub(super) fn owns(caller: &Merchant, appid: Option<&Appid>) -> Result<(), Stop> {
    if appid.is_none_or(|appid| caller.appids.contains(appid)) {
        Ok(())
    } else {
        Err(refusal::SHARE_APPID_DIFFERS.plain().into())
    }
}

impl Operation for AddReceiver {
    /// Once more, the same answer; the relation is the last one's.
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<sharing::Receiver, Stop> {
        owns(caller, self.appid.as_ref())?;
        let unknown = || refusal::RECEIVER_UNKNOWN.plain();
        let kind = self.r#type.known().ok_or_else(unknown)?;
        let relation = self.relation_type.known().ok_or_else(unknown)?;
        if kind == ReceiverType::Merchant {
            cx.get::<Merchant>(self.account.as_str())?.ok_or_else(unknown)?;
        }
        let receiver = Receiver {
            sp_mchid: caller.mchid.clone(),
            kind,
            account: self.account.clone(),
            relation,
            listed: true,
        };
        if cx.get::<Receiver>(&receiver.id())?.as_ref() != Some(&receiver) {
            cx.put(&receiver)?;
        }
        Ok(sharing::Receiver { r#type: kind.into(), account: receiver.account })
    }
}

impl Operation for DeleteReceiver {
    /// One that is not on the list is off it: the same answer.
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<sharing::Receiver, Stop> {
        owns(caller, self.appid.as_ref())?;
        let kind = self.r#type.known().ok_or_else(|| refusal::RECEIVER_UNKNOWN.plain())?;
        let id = Receiver::row_id(&caller.mchid, kind, &self.account);
        if let Some(mut receiver) = cx.get::<Receiver>(&id)?.filter(|found| found.listed) {
            receiver.listed = false;
            cx.put(&receiver)?;
        }
        Ok(sharing::Receiver { r#type: kind.into(), account: self.account.clone() })
    }
}

/// Whether a receiver is on a platform's list.
pub(super) fn is_listed(
    cx: &mut Context<'_>,
    sp_mchid: &Mchid,
    kind: ReceiverType,
    account: &ReceiverAccount,
) -> Result<bool, Stop> {
    let receiver = cx.get::<Receiver>(&Receiver::row_id(sp_mchid, kind, account))?;
    Ok(receiver.is_some_and(|receiver| receiver.listed))
}
