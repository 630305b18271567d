//! Signing with a key that never leaves its token: an HSM, a smart card, or SoftHSM.
//!
//! `cargo run -p redress --example sign_with_pkcs11 -- FOLDER MODULE`
//!
//! Fetches the echo of a text as the merchant of this folder, which needs no `apiclient_key.pem`.
//! The module is the token's library, such as `/usr/lib/softhsm/libsofthsm2.so`. The key is the one
//! that is labelled `apiclient` on the first token; its PIN is in `PKCS11_PIN`.
//!
//! To try it with SoftHSM, whose `SOFTHSM2_CONF` says where its tokens are:
//!
//! ```sh
//! softhsm2-util --init-token --free --label redress --pin 1234 --so-pin 5678
//! softhsm2-util --import apiclient_key.pem --token redress --label apiclient --id 01 --pin 1234
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::thread::{self, JoinHandle};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use redress::api::security::Echo;
use redress::{Client, Merchant, SignError, Signer, Signing};
use tokio::sync::{mpsc, oneshot};

/// A message to sign, and where its signature goes.
type Order = (Vec<u8>, oneshot::Sender<Result<String, SignError>>);

/// A token. Its session belongs to one thread, which signs one message after the other: a token
/// blocks while it signs, and a runtime must not be blocked.
struct Token {
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Token {
    /// Logs in to the first token of this module.
    fn open(module: &str, pin: String, label: &str) -> Result<Self, Box<dyn Error>> {
        let pkcs11 = Pkcs11::new(module)?;
        pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
        let slot = pkcs11.get_slots_with_initialized_token()?.into_iter().next();
        let session = pkcs11.open_ro_session(slot.ok_or("there is no token")?)?;
        session.login(UserType::User, Some(&AuthPin::new(pin.into())))?;
        let wanted = [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::Label(label.as_bytes().to_vec()),
        ];
        let key = session.find_objects(&wanted)?.into_iter().next();
        let key = key.ok_or_else(|| format!("the token has no private key {label}"))?;
        let (orders, queue) = mpsc::channel(16);
        let thread = thread::Builder::new()
            .name("token".to_owned())
            .spawn(move || serve(&session, key, queue))?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }
}

/// Waits for the session to be closed: the module must not be at work when the program ends.
impl Drop for Token {
    fn drop(&mut self) {
        drop(self.orders.take());
        // A thread that has panicked has closed its session as well.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Signs until nobody asks any more.
fn serve(session: &Session, key: ObjectHandle, mut queue: mpsc::Receiver<Order>) {
    while let Some((message, done)) = queue.blocking_recv() {
        let signed = session.sign(&Mechanism::Sha256RsaPkcs, key, &message);
        // Whoever asked may have gone away.
        let _ = done.send(signed.map(|bytes| STANDARD.encode(bytes)).map_err(SignError::new));
    }
}

impl Signer for Token {
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        Box::pin(async {
            let (done, signature) = oneshot::channel();
            let orders =
                self.orders.as_ref().ok_or_else(|| SignError::new("the token is closed"))?;
            orders.send((message.to_vec(), done)).await.map_err(SignError::new)?;
            signature.await.map_err(SignError::new)?
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("name the merchant's folder")?;
    let module = arguments.next().ok_or("name the token's library")?;
    let pin = env::var_os("PKCS11_PIN").ok_or("PKCS11_PIN is the token's PIN")?;
    let pin = pin.into_string().ok().ok_or("the PIN is no text")?;
    let token = Token::open(&module, pin, "apiclient")?;
    let merchant = Merchant::from_folder_signing_elsewhere(folder, token)?;
    let client = Client::builder(merchant).build()?;
    let request =
        Echo { notify_url: None, echo_message: "hello".parse()?, encrypted_echo_message: None };
    let echoed = client.send(&request).await?;
    Ok(writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&echoed)?)?)
}
