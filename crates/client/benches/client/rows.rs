//! What is measured.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use redress::api::compensation::{Cancel, Create, Query, Receiver};
use redress::api::{Endpoint, Fen};
use redress::crypto::{
    KeyRing, ResponseSignature, message_to_sign, response_message, verify_response,
};
use redress::{Client, Merchant, Reqwest, Transport, TransportError};

use crate::alone::Connection;
use crate::keys::{Signature, Verification};
use crate::report::{self, Figure, Row};
use crate::turns::Turns;
use crate::{Asked, Failure, Server, cpu, idle};

/// The most that may be beside a signature or a verification, as a share of a signature.
const OVERHEAD_MOST: f64 = 0.03;
/// The most that a call may take, by the measure of its signature and its verification.
const CALL_MOST: f64 = 1.35;
/// The most bytes that an idle client may have.
const IDLE_BYTES_MOST: f64 = 1_000_000.0;

/// A round of signatures takes a fifth of a second.
const SIGNATURES: Turns = Turns { rounds: 21, turns: 40, times: 5 };
/// A verification takes a fifteenth of a signature.
const VERIFICATIONS: Turns = Turns { rounds: 21, turns: 40, times: 40 };
const CALLS: Turns = Turns { rounds: 11, turns: 20, times: 10 };

/// Measures, and prints.
pub(crate) async fn measure(server: &Server, asked: &Asked) -> Result<(), Failure> {
    let (own, others) = server.own_and_others();
    cpu::run_on(own)?;
    let merchant = Merchant::from_folder(&server.merchant)?.with_base_url(server.http());
    let client = Client::builder(merchant.clone()).build()?;
    let (create, query) = (create()?, Query { out_bill_no: NUMBER.parse()? });
    let cancel = Cancel { out_bill_no: NUMBER.parse()? };
    // The bill that is asked for.
    client.send(&create).await?;

    let mut rows = Rows { asked, server, merchant: &merchant, rows: Vec::new() };
    report::head(asked.json)?;
    rows.sign("build and sign: create, a body", &client, &create).await?;
    rows.sign("build and sign: cancel, no body", &client, &cancel).await?;
    rows.verify("verify: the answer to a create", &client, &create).await?;
    rows.verify("verify: the answer to a query", &client, &query).await?;
    rows.without_a_network("all but the network: create", &client, &create).await?;
    rows.without_a_network("all but the network: query", &client, &query).await?;
    rows.call("a call over loopback: create", &client, &create, Some(CALL_MOST)).await?;
    rows.call("a call over loopback: query", &client, &query, Some(CALL_MOST)).await?;
    if !others.is_empty() {
        cpu::run_on(others)?;
        rows.call("a call, server on another core: create", &client, &create, None).await?;
        rows.call("a call, server on another core: query", &client, &query, None).await?;
        cpu::run_on(own)?;
    }
    let tls = Client::builder(merchant.clone()).base_url(server.https()).build()?;
    rows.call("a call over loopback, TLS: create", &tls, &create, None).await?;
    rows.call("a call over loopback, TLS: query", &tls, &query, None).await?;
    rows.transport("the transport of it, beside hyper alone", &client, &query).await?;
    rows.idle("memory of an idle client", &server.http(), &query).await?;
    rows.idle("memory of an idle client, TLS", &server.https(), &query).await?;
    Ok(report::whole(asked.json, &rows.rows)?)
}

const SECONDS: Duration = Duration::from_secs(10);

const NUMBER: &str = "bench20261125000001";

fn create() -> Result<Create, Failure> {
    Ok(Create {
        receiver: Receiver::transaction_user("1217752501201407033233368018".parse()?),
        out_bill_no: NUMBER.parse()?,
        amount: Fen::new(10_000),
        transfer_remark: "直播违规扣罚".parse()?,
        sponsor_mchid: "1900001109".parse()?,
        transfer_scene_id: Some("1001".parse()?),
        user_recv_perception: Some("退货运费补偿".parse()?),
    })
}

struct Rows<'a> {
    asked: &'a Asked,
    server: &'a Server,
    merchant: &'a Merchant,
    rows: Vec<Row>,
}

impl Rows<'_> {
    /// From a request type to a request that can be sent.
    async fn sign<E: Endpoint>(
        &mut self,
        name: &'static str,
        client: &Client,
        request: &E,
    ) -> Result<(), Failure> {
        if !self.asked.wants(name) {
            return Ok(());
        }
        let mut raw = self.signature(client, request).await?;
        let ours = async || {
            client.sign(request).await.expect("it signed before");
        };
        let of = SIGNATURES.compare(ours, async || raw.make()).await;
        let signature = of.raw;
        self.add(name, Figure::Overhead { of, signature, most: Some(OVERHEAD_MOST) })
    }

    /// From headers and body to the certainty that the platform sent them.
    async fn verify<E: Endpoint>(
        &mut self,
        name: &'static str,
        client: &Client,
        request: &E,
    ) -> Result<(), Failure> {
        if !self.asked.wants(name) {
            return Ok(());
        }
        let answer = answer(client, request).await?;
        let (headers, body) = (answer.headers(), answer.body());
        let raw = verification(self.merchant.platform_keys(), &answer)?;
        let ring = self.merchant.platform_keys();
        let ours = async || {
            let verified = verify_response(ring, headers, body, cpu::unix_seconds());
            verified.expect("the platform signed it");
        };
        let of = VERIFICATIONS.compare(ours, async || raw.make()).await;
        let mut raw = self.signature(client, request).await?;
        let signature = SIGNATURES.compare(async || {}, async || raw.make()).await.raw;
        self.add(name, Figure::Overhead { of, signature, most: Some(OVERHEAD_MOST) })
    }

    /// From a request type to the typed answer, over a transport that has the answer already.
    async fn without_a_network<E: Endpoint>(
        &mut self,
        name: &'static str,
        client: &Client,
        request: &E,
    ) -> Result<(), Failure> {
        if !self.asked.wants(name) {
            return Ok(());
        }
        let answer = answer(client, request).await?;
        let verification = verification(self.merchant.platform_keys(), &answer)?;
        let mut signature = self.signature(client, request).await?;
        let client = Client::builder(self.merchant.clone()).build_with(Canned(answer))?;
        let ours = async || {
            client.send(request).await.expect("the answer that came before");
        };
        let raw = async || {
            signature.make();
            verification.make();
        };
        let of = SIGNATURES.compare(ours, raw).await;
        let signature = of.raw;
        self.add(name, Figure::Overhead { of, signature, most: None })
    }

    /// From a request type to the typed answer, over a connection that is open.
    async fn call<E: Endpoint>(
        &mut self,
        name: &'static str,
        client: &Client,
        request: &E,
        most: Option<f64>,
    ) -> Result<(), Failure> {
        if !self.asked.wants(name) {
            return Ok(());
        }
        let answer = answer(client, request).await?;
        let verification = verification(self.merchant.platform_keys(), &answer)?;
        let mut signature = self.signature(client, request).await?;
        let ours = async || {
            client.send(request).await.expect("the answer that came before");
        };
        let raw = async || {
            signature.make();
            verification.make();
        };
        let of = CALLS.compare(ours, raw).await;
        self.add(name, Figure::Call { of, most })
    }

    /// The same signed request by the transport, and by HTTP alone.
    async fn transport<E: Endpoint>(
        &mut self,
        name: &'static str,
        client: &Client,
        request: &E,
    ) -> Result<(), Failure> {
        if !self.asked.wants(name) {
            return Ok(());
        }
        let signed = client.sign(request).await?;
        let transport = Reqwest::new(SECONDS, SECONDS)?;
        let mut alone = Connection::open(&self.server.address, &signed).await?;
        let ours = async || {
            transport.call(signed.clone()).await.expect("the answer that came before");
        };
        let raw = async || {
            alone.call().await.expect("the answer that came before");
        };
        let of = CALLS.compare(ours, raw).await;
        self.add(name, Figure::Beside { of })
    }

    async fn idle<E: Endpoint>(
        &mut self,
        name: &'static str,
        base_url: &str,
        request: &E,
    ) -> Result<(), Failure> {
        if !self.asked.wants(name) {
            return Ok(());
        }
        match idle::bytes_per_client(self.server, base_url, request).await? {
            Some(bytes) => self.add(name, Figure::Memory { bytes, most: IDLE_BYTES_MOST }),
            None => Ok(()),
        }
    }

    fn add(&mut self, name: &'static str, figure: Figure) -> Result<(), Failure> {
        let row = Row { name, figure };
        report::row(self.asked.json, &row)?;
        self.rows.push(row);
        Ok(())
    }

    /// The signature that a request needs.
    async fn signature<E: Endpoint>(
        &self,
        client: &Client,
        request: &E,
    ) -> Result<Signature, Failure> {
        let signed = client.sign(request).await?;
        let nonce = "0123456789abcdefghijklmnopqrstuv";
        let message = message_to_sign(&signed, cpu::unix_seconds(), nonce);
        Signature::of(&self.server.merchant, message)
    }
}

/// The answer to a request, as it comes.
async fn answer<E: Endpoint>(client: &Client, request: &E) -> Result<Response<Bytes>, Failure> {
    let signed = client.sign(request).await?;
    let target = signed.uri().path_and_query().ok_or("no target")?.as_str();
    let raw = client.call_raw(signed.method().clone(), target, signed.body().clone()).await?;
    let mut answer = Response::new(raw.body);
    (*answer.status_mut(), *answer.headers_mut()) = (raw.status, raw.headers);
    Ok(answer)
}

/// The verification that an answer needs.
fn verification(ring: &KeyRing, answer: &Response<Bytes>) -> Result<Verification, Failure> {
    let headers: &HeaderMap = answer.headers();
    let ResponseSignature { timestamp, nonce, signature, serial } =
        ResponseSignature::from_headers(headers)?;
    let key = ring.get(&redress::crypto::Serial::parse(&serial)?).ok_or("an unknown key")?;
    let message = response_message(&timestamp, &nonce, answer.body());
    Verification::of(&key.to_spki_pem(), message, &signature)
}

/// Carries nothing anywhere.
struct Canned(Response<Bytes>);

impl Transport for Canned {
    async fn call(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        Ok(self.0.clone())
    }
}
