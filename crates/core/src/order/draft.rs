//! What a request asks for, in one form for every endpoint that places an order.

use redress_api::Appid;
use redress_api::pay::{Attach, Description};

use super::operations::same;
use super::partner::related;
use super::{New, Order};
use crate::command::Stop;
use crate::context::Context;
use crate::merchant::Merchant;
use crate::refusal;

/// An order that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Draft<'a> {
    /// Whose, of what kind, and how much.
    pub(crate) new: New<'a>,
    /// The sub-merchant's application.
    pub(crate) sub_appid: Option<&'a Appid>,
    /// What is bought.
    pub(crate) description: &'a Description,
    /// What the merchant attaches to it.
    pub(crate) attach: Option<&'a Attach>,
    /// Whether its money is to wait for profit sharing.
    pub(crate) profit_sharing: bool,
}

impl Draft<'_> {
    /// Checks that the merchant asks in its own name, for a sub-merchant of its own, and that each
    /// application is the one's who is said to have it.
    pub(crate) fn admit(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<(), Stop> {
        let New { mchid, sub_mchid, appid, .. } = self.new;
        match sub_mchid {
            None => same(caller, mchid)?,
            Some(sub_mchid) => related(caller, mchid, sub_mchid)?,
        }
        let mut fits = caller.appids.contains(appid);
        if let (Some(sub_mchid), Some(sub_appid)) = (sub_mchid, self.sub_appid) {
            let seller = cx.get::<Merchant>(sub_mchid.as_str())?;
            fits &= seller.is_some_and(|seller| seller.appids.contains(sub_appid));
        }
        if fits { Ok(()) } else { Err(refusal::APPID_DIFFERS.plain().into()) }
    }

    /// The order as it is before anybody pays.
    pub(crate) fn order(&self, cx: &Context<'_>) -> Order {
        Order {
            sub_appid: self.sub_appid.cloned(),
            description: self.description.to_string(),
            attach: self.attach.map(ToString::to_string),
            profit_sharing: self.profit_sharing,
            ..Order::placed(self.new, cx.now())
        }
    }
}
