//! The client for programs without a runtime: each call returns when it is over.
//!
//! ```no_run
//! use redress::{Client, Merchant, api::compensation};
//!
//! # fn first_call() -> Result<(), Box<dyn std::error::Error>> {
//! let merchant = Merchant::from_folder("redress-data/merchants/1900001108")?;
//! let client = Client::builder(merchant).build_blocking()?;
//! let query = compensation::Query { out_bill_no: "plfk2020042013".parse()? };
//! let bill = client.send(&query)?;
//! assert_eq!(bill.state.word(), "SUCCESS");
//! # Ok(())
//! # }
//! ```

mod code_payment;
mod driver;

pub use self::code_payment::PayByCode;

use bytes::Bytes;
use http::Method;
use redress_api::pay::CodePayment;
use redress_api::statement::Statement;
use redress_api::{Change, Endpoint, Progress, SealedField};
use redress_crypto::{Certificate, Zeroize};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::driver::Driver;
use crate::transport::DefaultTransport;
use crate::{
    Answer, BuildError, CertificatesError, DownloadError, Ended, Error, Merchant, Notification,
    NotificationError, Patience, Raw, RawNotification, SealError, Sensitive, SettledOf, Transport,
    Trust, VerifiedNotification,
};

/// Calls the service as one merchant, and waits for each answer. A clone shares everything.
///
/// It has a runtime of its own on a thread of its own, which ends with the last clone. Threads may
/// share a client, or clone it; each waits for its own calls.
///
/// # Panics
/// Its calls panic inside asynchronous code, where waiting would stop everything else that the
/// thread drives. Use [`redress::Client`](crate::Client) there, or `spawn_blocking`.
#[derive(Debug)]
pub struct Client<T = DefaultTransport> {
    client: crate::Client<T>,
    driver: Driver,
}

impl<T: Transport> Client<T> {
    /// Waits for the calls of a client with another transport; for the usual one there is
    /// [`ClientBuilder`](crate::ClientBuilder)`::build_blocking`. The client must not have made any
    /// calls yet: its connections would belong to the runtime that they were made in.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn new(client: crate::Client<T>) -> Result<Self, BuildError> {
        Ok(Self { client, driver: Driver::start().map_err(BuildError::Thread)? })
    }

    /// The merchant that calls.
    #[must_use]
    pub fn merchant(&self) -> &Merchant {
        self.client.merchant()
    }

    /// The platform's keys that it trusts.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        self.client.trust()
    }

    /// As [`Client::seal`](crate::Client::seal).
    ///
    /// # Errors
    /// As there.
    pub fn seal<F: SealedField, P: AsRef<[u8]> + Zeroize>(
        &self,
        plaintext: &Sensitive<P>,
    ) -> Result<F, SealError> {
        self.client.seal(plaintext)
    }

    /// As [`Client::send`](crate::Client::send).
    ///
    /// # Errors
    /// As there.
    pub fn send<E: Endpoint>(&self, request: &E) -> Result<E::Response, Error> {
        self.driver.wait(self.client.send(request))
    }

    /// As [`Client::exchange`](crate::Client::exchange).
    ///
    /// # Errors
    /// As there.
    pub fn exchange<E: Endpoint>(&self, request: &E) -> Result<Answer<E::Response>, Error> {
        self.driver.wait(self.client.exchange(request))
    }

    /// As [`Client::call`](crate::Client::call).
    ///
    /// # Errors
    /// As there.
    pub fn call<A: DeserializeOwned + Send>(
        &self,
        method: Method,
        path_and_query: &str,
        body: impl Serialize + Send,
    ) -> Result<Answer<A>, Error> {
        self.driver.wait(self.client.call(method, path_and_query, body))
    }

    /// As [`Client::call_raw`](crate::Client::call_raw).
    ///
    /// # Errors
    /// As there.
    pub fn call_raw(
        &self,
        method: Method,
        path_and_query: &str,
        body: Bytes,
    ) -> Result<Raw, Error> {
        self.driver.wait(self.client.call_raw(method, path_and_query, body))
    }

    /// As [`Client::settle`](crate::Client::settle).
    ///
    /// # Errors
    /// As there.
    pub fn settle<E: Change>(&self, request: &E) -> Result<SettledOf<E>, Error> {
        self.driver.wait(self.client.settle(request))
    }

    /// As [`Client::settle_within`](crate::Client::settle_within).
    ///
    /// # Errors
    /// As there.
    pub fn settle_within<E: Change>(
        &self,
        request: &E,
        patience: Patience,
    ) -> Result<SettledOf<E>, Error> {
        self.driver.wait(self.client.settle_within(request, patience))
    }

    /// As [`Client::until_final`](crate::Client::until_final).
    ///
    /// # Errors
    /// As there.
    pub fn until_final<E>(&self, query: &E) -> Result<Ended<E::Response>, Error>
    where
        E: Endpoint<Response: Progress + Sync>,
    {
        self.driver.wait(self.client.until_final(query))
    }

    /// As [`Client::until_final_within`](crate::Client::until_final_within).
    ///
    /// # Errors
    /// As there.
    pub fn until_final_within<E>(
        &self,
        query: &E,
        patience: Patience,
    ) -> Result<Ended<E::Response>, Error>
    where
        E: Endpoint<Response: Progress + Sync>,
    {
        self.driver.wait(self.client.until_final_within(query, patience))
    }

    /// As [`Client::pay_by_code`](crate::Client::pay_by_code).
    pub fn pay_by_code<'a, E: CodePayment>(&'a self, request: &'a E) -> PayByCode<'a, E, T> {
        PayByCode { steps: self.client.pay_by_code(request), driver: &self.driver }
    }

    /// As [`Client::certificates`](crate::Client::certificates).
    ///
    /// # Errors
    /// As there.
    pub fn certificates(&self) -> Result<Vec<Certificate>, CertificatesError> {
        self.driver.wait(self.client.certificates())
    }

    /// As [`Client::download`](crate::Client::download).
    ///
    /// # Errors
    /// As there.
    pub fn download(&self, statement: &Statement) -> Result<Vec<u8>, DownloadError> {
        self.driver.wait(self.client.download(statement))
    }

    /// As [`Client::verify_notification`](crate::Client::verify_notification).
    ///
    /// # Errors
    /// As there.
    pub fn verify_notification(
        &self,
        raw: RawNotification,
    ) -> Result<VerifiedNotification, NotificationError> {
        self.driver.wait(self.client.verify_notification(raw))
    }

    /// As [`Client::open_notification`](crate::Client::open_notification).
    ///
    /// # Errors
    /// As there.
    pub fn open_notification<R: DeserializeOwned>(
        &self,
        raw: RawNotification,
    ) -> Result<Notification<R>, NotificationError> {
        self.driver.wait(self.client.open_notification(raw))
    }
}

impl<T> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), driver: self.driver.clone() }
    }
}
