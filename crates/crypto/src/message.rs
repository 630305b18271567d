//! The two messages that are signed: five lines for a request, three for an answer.

/// The scheme word of requests and the signature type of answers.
pub const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";

/// What a merchant signs: method, target, timestamp, nonce and body, each ended by a line feed.
///
/// `target` is the path and query exactly as sent, without scheme, host and fragment.
pub fn request_message(
    method: &str,
    target: &str,
    timestamp: &str,
    nonce: &str,
    body: &[u8],
) -> Vec<u8> {
    lines(&[method.as_bytes(), target.as_bytes(), timestamp.as_bytes(), nonce.as_bytes(), body])
}

/// What the platform signs, for answers and notifications: timestamp, nonce and body, each ended
/// by a line feed. A 204 has an empty third line.
pub fn response_message(timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    lines(&[timestamp.as_bytes(), nonce.as_bytes(), body])
}

fn lines(parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len() + 1).sum();
    let mut message = Vec::with_capacity(length);
    for part in parts {
        message.extend_from_slice(part);
        message.push(b'\n');
    }
    message
}
