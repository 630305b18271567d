//! `POST /v3/security/echo`: what a merchant sends comes back, the sealed part sealed for it.

use redress_api::ParamError;
use redress_api::security::{Echo, EchoNotice, Echoed};
use redress_core::merchant::Merchant;
use redress_core::notice;
use redress_crypto::{PrivateKey, PublicKey};

use super::Own;
use crate::app::App;
use crate::identify::{PLATFORM_KEY, Proven, named_key};
use crate::reply::{Problem, Success};

impl Own for Echo {
    async fn answer(
        &self,
        app: &App,
        caller: &Merchant,
        signed: &Proven,
    ) -> Result<Success, Problem> {
        let Some(given) = signed.headers.get(PLATFORM_KEY) else {
            let message = "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)";
            return Err(wrong(message, "header", ""));
        };
        let named = named_key(&signed.headers)
            .and_then(|named| app.platform.named(caller.platform_keys, &named));
        let Some(named) = named else {
            let given = String::from_utf8_lossy(given.as_bytes());
            return Err(wrong("平台证书序列号Wechatpay-Serial错误", "header", &given));
        };
        let sealed = self.encrypted_echo_message.as_ref();
        let sealed = sealed
            .map(|sealed| sealed_anew(sealed.as_str(), named.key(), &signed.key))
            .transpose()?;
        let echo_message = self.echo_message.to_string();
        if let Some(url) = &self.notify_url {
            let resource = EchoNotice {
                echo_message: echo_message.clone(),
                encrypt_echo_message: sealed.clone(),
            };
            let (mchid, url) = (caller.mchid.clone(), url.clone());
            app.execute(notice::Echo { mchid, url, resource }).await?;
        }
        Ok(Success::of::<Self>(&Echoed { echo_message, encrypted_echo_message: sealed }))
    }
}

/// Opens a field with one key and seals it for another. What was sealed is wiped, and whatever
/// goes wrong reads the same, so that nobody learns anything about it.
fn sealed_anew(sealed: &str, from: &PrivateKey, to: &PublicKey) -> Result<String, Problem> {
    let anew = from.open_oaep(sealed).and_then(|opened| to.seal_oaep(&opened));
    anew.map_err(|_all_alike| {
        let message = "敏感字段解密失败，请使用请求头Wechatpay-Serial对应的公钥加密";
        wrong(message, "body", "")
    })
}

fn wrong(message: &str, location: &'static str, value: &str) -> Problem {
    ParamError::new(message.to_owned(), Some(location), value.into()).into()
}
