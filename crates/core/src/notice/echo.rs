//! Telling a merchant that tries its keys.

use redress_api::security::EchoNotice;
use redress_api::{Mchid, NotifyUrl};

use super::{Event, Tell};
use crate::command::{Command, Stop};
use crate::context::Context;

/// Tells a merchant what it was answered.
#[derive(Clone, Debug)]
pub struct Echo {
    /// Whom.
    pub mchid: Mchid,
    /// Where.
    pub url: NotifyUrl,
    /// What.
    pub resource: EchoNotice,
}

impl Command for Echo {
    type Outcome = ();

    fn decide(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        let tell = Tell::event(Event::ECHOED, &self.mchid, Some(&self.url));
        cx.notify(&tell, &self.resource)?;
        Ok(())
    }
}
