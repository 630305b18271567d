//! `GET /v3/certificates`: the platform's certificates, sealed for the caller.

use redress_api::Timestamp;
use redress_api::certificate::{Certificate, Certificates, EncryptCertificate, List};
use redress_api::error::RESOURCE_NOT_EXISTS;
use redress_core::merchant::Merchant;
use redress_core::refusal::number;
use redress_crypto::ApiV3Key;

use super::Own;
use crate::apiv3::{self, Sealed};
use crate::app::App;
use crate::identify::Proven;
use crate::platform::Certified;
use crate::reply::{Problem, Success};

const ASSOCIATED_DATA: &str = "certificate";

impl Own for List {
    async fn answer(&self, app: &App, caller: &Merchant, _: &Proven) -> Result<Success, Problem> {
        if !caller.platform_keys.has_certificates() || !self.includes_rsa() {
            return Err(Problem::new(
                RESOURCE_NOT_EXISTS,
                number::UNAVAILABLE,
                "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html",
            ));
        }
        let key = app.apiv3_key(&caller.mchid).await.map_err(Problem::defect)?;
        let certificates = app.platform.certificates();
        let data = certificates.iter().map(|one| sealed(one, &key)).collect();
        Ok(Success::of::<Self>(&Certificates { data }))
    }
}

fn sealed(certified: &Certified, key: &ApiV3Key) -> Certificate {
    let pem = certified.certificate.to_pem();
    let Sealed { nonce, ciphertext } = Sealed::new(key, ASSOCIATED_DATA, pem.as_bytes());
    Certificate {
        serial_no: certified.signer.serial().to_string(),
        effective_time: Timestamp::from_unix(certified.signs_from),
        expire_time: Timestamp::from_unix(certified.retires_at),
        encrypt_certificate: EncryptCertificate {
            algorithm: apiv3::ALGORITHM.to_owned(),
            nonce,
            associated_data: ASSOCIATED_DATA.to_owned(),
            ciphertext,
        },
    }
}
