//! Who calls: from the `Authorization` header to a merchant, in the order in which the provider
//! checks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use redress_api::Mchid;
use redress_api::error::{INVALID_REQUEST, SIGN_ERROR};
use redress_core::Find;
use redress_core::merchant::{Merchant, PlatformKeys};
use redress_core::refusal::number;
use redress_crypto::{
    Authorization, AuthorizationError, PublicKey, Serial, fresh_request, request_message,
    verify_request,
};
use serde_json::json;

use crate::app::App;
use crate::clock;
use crate::folder::open_credential;
use crate::reply::Problem;

/// How much of a signed body a refusal repeats: so much was seen in answers of the live service,
/// where nothing else of the signed text is cut.
const SHOWN_BODY_BYTES_MAX: usize = 8;

/// The keys of merchants that have called, parsed once; where other nodes may change them, once in
/// a while.
#[derive(Debug)]
pub(crate) struct Identities {
    known: RwLock<Known>,
    /// How old what is known may be.
    age_max: Option<Duration>,
}

#[derive(Debug, Default)]
struct Known {
    merchants: BTreeMap<Mchid, Entry>,
    /// How often one was forgotten: what was read before does not count after.
    forgotten: u64,
}

#[derive(Debug)]
struct Entry {
    identity: Arc<Identity>,
    read: Instant,
    /// Whether somebody is reading it again.
    in_work: AtomicBool,
}

impl Entry {
    /// Whether it will do. Of those who find it too old one reads it again, and the others make do
    /// with it for as long again.
    fn will_do(&self, age_max: Option<Duration>) -> bool {
        let Some(age_max) = age_max else { return true };
        let age = self.read.elapsed();
        age < age_max || (age < 2 * age_max && self.in_work.swap(true, Ordering::AcqRel))
    }
}

#[derive(Debug)]
struct Identity {
    keys: Box<[(Serial, PublicKey)]>,
    platform_keys: PlatformKeys,
}

impl Identity {
    fn key(&self, serial: &Serial) -> Option<PublicKey> {
        self.keys.iter().find(|(known, _)| known == serial).map(|(_, key)| key.clone())
    }
}

impl Identities {
    /// What is read counts for so long; for ever, if nobody else can change it.
    pub(crate) fn new(age_max: Option<Duration>) -> Self {
        Self { known: RwLock::default(), age_max }
    }

    async fn of(&self, app: &App, mchid: &Mchid) -> Result<Option<Arc<Identity>>, Problem> {
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(entry) = known.merchants.get(mchid)
                && entry.will_do(self.age_max)
            {
                return Ok(Some(Arc::clone(&entry.identity)));
            }
        }
        self.read(app, mchid).await
    }

    /// The key of a serial number. One that is unknown may be new: then it is looked for again,
    /// if another node may have made it.
    async fn key(
        &self,
        app: &App,
        mchid: &Mchid,
        identity: &Identity,
        serial: &Serial,
    ) -> Result<Option<PublicKey>, Problem> {
        let known = identity.key(serial);
        if known.is_some() || self.age_max.is_none() {
            return Ok(known);
        }
        Ok(self.read(app, mchid).await?.and_then(|identity| identity.key(serial)))
    }

    async fn read(&self, app: &App, mchid: &Mchid) -> Result<Option<Arc<Identity>>, Problem> {
        let forgotten = self.known.read().unwrap_or_else(PoisonError::into_inner).forgotten;
        let read = Instant::now();
        let Some(merchant) = app.read(Find::<Merchant>::new(mchid.as_str())).await? else {
            return Ok(None);
        };
        let keys: Result<_, _> = merchant.credentials.iter().map(open_credential).collect();
        let keys = keys.map_err(Problem::defect)?;
        let identity = Arc::new(Identity { keys, platform_keys: merchant.platform_keys });
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.forgotten == forgotten {
            let (identity, in_work) = (Arc::clone(&identity), AtomicBool::new(false));
            known.merchants.insert(mchid.clone(), Entry { identity, read, in_work });
        }
        Ok(Some(identity))
    }

    /// The keys of a merchant; none if it cannot be read.
    pub(crate) async fn keys(&self, app: &App, mchid: &Mchid) -> Vec<(Serial, PublicKey)> {
        let identity = self.of(app, mchid).await.ok().flatten();
        identity.map(|identity| identity.keys.to_vec()).unwrap_or_default()
    }

    /// Has a merchant that has changed read again.
    pub(crate) fn forget(&self, mchid: &Mchid) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.merchants.remove(mchid);
        known.forgotten += 1;
    }
}

/// A caller whose signature is yet to be checked against the body.
pub(crate) struct Claimed {
    mchid: Mchid,
    authorization: Authorization,
    key: PublicKey,
}

/// A caller whose signature is good.
pub(crate) struct Proven {
    pub(crate) mchid: Mchid,
    /// The key of the certificate that signed the request.
    pub(crate) key: PublicKey,
    pub(crate) headers: Arc<HeaderMap>,
}

/// The header that names a key of the platform.
pub(crate) const PLATFORM_KEY: &str = "Wechatpay-Serial";

fn sign_error(message: &'static str) -> Problem {
    Problem::new(SIGN_ERROR, number::SIGNATURE, message)
}

/// The key that a request wants its answer signed with.
pub(crate) fn named_key(headers: &HeaderMap) -> Option<Serial> {
    Serial::parse(headers.get(PLATFORM_KEY)?.to_str().ok()?).ok()
}

/// The merchant that a request says to be from, if that can be read.
pub(crate) fn claimed_mchid(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    Authorization::parse(value).ok().map(|authorization| authorization.mchid)
}

/// The checks that need only the head of the request. Says which keys of the platform the merchant
/// has as soon as that is known, because a refusal is signed too.
pub(crate) async fn claimed(
    app: &App,
    headers: &HeaderMap,
    platform_keys: &OnceLock<PlatformKeys>,
) -> Result<Claimed, Problem> {
    let given = |name| headers.get(name).is_some_and(|value: &http::HeaderValue| !value.is_empty());
    if !given(ACCEPT) || !given(USER_AGENT) {
        return Err(Problem::new(
            INVALID_REQUEST,
            number::PARAMETER,
            "Http头缺少Accept或User-Agent",
        ));
    }
    let authorization = authorization(headers)?;
    let mchid = authorization.mchid.parse::<Mchid>().map_err(|_unfit| garbled());
    let identity = match &mchid {
        Ok(mchid) => app.identities.of(app, mchid).await?,
        Err(_) => None,
    };
    if let Some(identity) = &identity {
        platform_keys.get_or_init(|| identity.platform_keys);
    }
    if !fresh_request(&authorization.timestamp, clock::wall()) {
        return Err(sign_error("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟"));
    }
    let mchid = mchid?;
    let Some(identity) = identity else {
        return Err(sign_error(
            "商户未申请过证书。请到商户平台上申请证书授权机构颁发的证书。详情可参考:http://kf.qq.com/faq/180824JvUZ3i180824YvMNJj.html。",
        ));
    };
    let key = match Serial::parse(&authorization.serial_no) {
        Ok(serial) => app.identities.key(app, &mchid, &identity, &serial).await?,
        Err(_) => None,
    };
    let Some(key) = key else {
        return Err(sign_error("商户证书序列号有误。请使用签名私钥匹配的证书序列号"));
    };
    Ok(Claimed { mchid, authorization, key })
}

fn garbled() -> Problem {
    sign_error("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")
}

fn authorization(headers: &HeaderMap) -> Result<Authorization, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(garbled());
    };
    let text = value.to_str().map_err(|_not_text| garbled())?;
    Authorization::parse(text).map_err(|error| match error {
        AuthorizationError::Scheme => sign_error("Http头Authorization认证类型不正确"),
        AuthorizationError::Format => garbled(),
    })
}

impl Claimed {
    /// The last check: the signature over the raw target and the raw body.
    pub(crate) fn prove(
        self,
        method: &str,
        target: &str,
        headers: Arc<HeaderMap>,
        body: &[u8],
    ) -> Result<Proven, Problem> {
        let Self { mchid, authorization, key } = self;
        if verify_request(&key, &authorization, method, target, body) {
            return Ok(Proven { mchid, key, headers });
        }
        let Authorization { timestamp, nonce_str, .. } = &authorization;
        let signed = request_message(method, target, timestamp, nonce_str, body);
        let beginning = request_message(method, target, timestamp, nonce_str, shown(body));
        let detail = json!({
            "detail": { "issue": "sign not match" },
            "field": "signature",
            "location": "authorization",
            "sign_information": {
                "method": method,
                "sign_message_length": signed.len(),
                "truncated_sign_message": String::from_utf8_lossy(&beginning),
                "url": target,
            },
        });
        Err(sign_error("错误的签名，验签失败").with_detail(detail))
    }
}

/// The beginning of a body. A character that is cut in two is left out.
fn shown(body: &[u8]) -> &[u8] {
    let beginning = body.get(..SHOWN_BODY_BYTES_MAX).unwrap_or(body);
    match std::str::from_utf8(beginning) {
        Err(error) if error.error_len().is_none() => &beginning[..error.valid_up_to()],
        Ok(_) | Err(_) => beginning,
    }
}
