//! A callback as it travels: the envelope, with the resource sealed, signed as answers are.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use redress_api::notification::{ALGORITHM, Envelope, RESOURCE_TYPE, Resource};
use redress_core::notice::Notice;

use crate::apiv3::Sealed;
use crate::app::App;
use crate::folder::FolderError;
use crate::platform::Signer;
use crate::{metrics, sign_test};

/// Headers and body of a callback.
pub(super) struct Letter {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Without an APIv3 key a merchant is told nothing.
#[derive(Debug, thiserror::Error)]
#[error("the merchant's APIv3 key cannot be had: {0}")]
pub(super) struct NoKey(#[from] FolderError);

/// Makes the callback of a notice. Each attempt is sealed with a nonce of its own, and signed at
/// its own time, by the wall clock. A probe is signed wrongly.
pub(super) async fn seal_and_sign(
    app: &App,
    notice: &Notice,
    signer: &Signer,
    is_probe: bool,
) -> Result<Letter, NoKey> {
    let key = app.apiv3_key(&notice.mchid).await?;
    // Not empty, because some clients cannot open what has none.
    let associated_data = notice.original_type.clone();
    let Sealed { nonce, ciphertext } =
        Sealed::new(&key, &associated_data, notice.resource.as_bytes());
    let envelope = Envelope {
        id: notice.id.clone(),
        create_time: notice.create_time,
        resource_type: RESOURCE_TYPE.to_owned(),
        event_type: notice.event_type.clone(),
        summary: notice.summary.clone(),
        resource: Resource {
            original_type: notice.original_type.clone(),
            algorithm: ALGORITHM.to_owned(),
            ciphertext,
            associated_data,
            nonce,
        },
    };
    let body = serde_json::to_vec(&envelope).expect("an envelope prints as JSON");
    let fixed = [(CONTENT_TYPE, "application/json"), (ACCEPT, "*/*"), (USER_AGENT, "Mozilla/4.0")];
    let mut headers = HeaderMap::new();
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    signer.sign(&mut headers, &body);
    if is_probe {
        sign_test::spoil(&mut headers);
        metrics::sign_test("callback", "sent");
    }
    Ok(Letter { headers, body: body.into() })
}
