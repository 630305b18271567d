//! What every request and job shares.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use redress_api::{Mchid, Timestamp};
use redress_core::merchant::Merchant;
use redress_core::{Command, Find, Frame};
use redress_crypto::{ApiV3Key, public_random_bytes};
use redress_store::{Decided, Failure, Store};

use crate::apiv3::ApiV3Keys;
use crate::clock::{self, Clock};
use crate::fault::Faults;
use crate::folder::{self, FolderError};
use crate::identify::Identities;
use crate::limits::Limits;
use crate::node::Node;
use crate::notify::Sender;
use crate::own::Tickets;
use crate::platform::{Platform, Signer};
use crate::requests::{Explainer, Requests};
use crate::sign_test::SignTest;
use crate::site::Sites;
use crate::tally::Tally;

/// One server's world.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) platform: Arc<Platform>,
    pub(crate) identities: Identities,
    pub(crate) apiv3_keys: ApiV3Keys,
    pub(crate) sender: Sender,
    pub(crate) tickets: Tickets,
    pub(crate) tally: Tally,
    pub(crate) limits: Limits,
    pub(crate) sign_test: SignTest,
    pub(crate) sites: Arc<Sites>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) requests: Requests,
    pub(crate) explainer: Explainer,
    /// Whether a refusal says where it is explained.
    pub(crate) explain: bool,
    pub(crate) data: PathBuf,
    /// Where merchants reach it.
    pub(crate) base_url: String,
    /// Where this node is reached.
    pub(crate) own_url: String,
    pub(crate) node: Node,
    pub(crate) control_token: Option<String>,
    /// Held while keys or folders are made; see [`App::alone`].
    pub(crate) registering: tokio::sync::Mutex<()>,
}

/// Says where it is, and nothing that is secret.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("data", &self.data)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// The right to make keys and folders, as long as it lives.
pub(crate) struct Alone<'a> {
    _everywhere: folder::Lock,
    _here: tokio::sync::MutexGuard<'a, ()>,
}

impl App {
    /// What surrounds a command that runs at this moment.
    pub(crate) fn frame(&self) -> Frame {
        let random = u64::from_be_bytes(public_random_bytes());
        let seed = (u128::from(clock::wall_nanos()) << 64) | u128::from(random);
        Frame { now: self.clock.now(), seed }
    }

    /// Business time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs a command that may write.
    pub(crate) async fn execute<C: Command>(&self, command: C) -> Result<C::Outcome, Failure> {
        self.store.execute(command, self.frame()).await
    }

    /// Runs a command that may write, up to where its outcome is known and not yet durable.
    pub(crate) async fn begin<C: Command>(
        &self,
        command: C,
    ) -> Result<Decided<C::Outcome>, Failure> {
        self.store.begin(command, self.frame()).await
    }

    /// Runs a command that only reads.
    pub(crate) async fn read<C: Command>(&self, command: C) -> Result<C::Outcome, Failure> {
        self.store.read(command, self.frame()).await
    }

    /// Waits until nobody else makes keys or folders, here or on another node.
    pub(crate) async fn alone(&self) -> Result<Alone<'_>, FolderError> {
        let here = self.registering.lock().await;
        let everywhere = folder::lock(&self.data).await?;
        Ok(Alone { _everywhere: everywhere, _here: here })
    }

    /// The key that a merchant's callbacks and certificates are sealed with.
    pub(crate) async fn apiv3_key(&self, mchid: &Mchid) -> Result<ApiV3Key, FolderError> {
        self.apiv3_keys.of(&self.data, mchid).await
    }

    /// What a merchant's callbacks are signed with now.
    pub(crate) async fn callback_signer(&self, mchid: &Mchid) -> Result<Arc<Signer>, Failure> {
        let merchant = self.read(Find::<Merchant>::new(mchid.as_str())).await?;
        let keys = merchant.map(|merchant| merchant.platform_keys).unwrap_or_default();
        Ok(self.platform.signer(keys, None))
    }
}
