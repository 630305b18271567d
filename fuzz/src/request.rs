//! Requests to every endpoint, and their answers.

use std::sync::LazyLock;

use redress::api::error::{MESSAGE_CHARS_MAX, PARAM_ERROR};
use redress::api::{Definition, ErrorBody, ParamError, endpoints};

use super::platform::first_line;

static ENDPOINTS: LazyLock<Vec<Definition>> = LazyLock::new(endpoints);

/// The longest `detail` of an error, in bytes: 16 pointers of 64 characters, each of which JSON
/// may have to escape.
const DETAIL_BYTES_MAX: usize = 8 * 1024;

/// The first line is method and target, the rest is the body, for the endpoint that the line
/// names; for another line the first byte of the target chooses one. After a line `answer METHOD
/// PATH` the rest is an answer of that endpoint. What is read prints and is read again to the
/// same; an error fits the body that it is answered in.
pub fn request(data: &[u8]) {
    let Some((line, body)) = first_line(data) else { return };
    if let Some(line) = line.strip_prefix("answer ") {
        let Some((method, path)) = line.split_once(' ') else { return };
        let known = ENDPOINTS.iter().find(|it| it.method == *method && it.path == path);
        if let Some(endpoint) = known {
            answered(endpoint, body);
        }
        return;
    }
    let Some((method, target)) = line.split_once(' ') else { return };
    let path = target.split('?').next().unwrap_or_default();
    let known = ENDPOINTS.iter().find(|it| it.method == *method && names(it.path, path));
    let any = usize::from(target.bytes().next().unwrap_or_default()) % ENDPOINTS.len();
    asked(known.unwrap_or(&ENDPOINTS[any]), target, body);
}

/// Whether a path is one of this template.
fn names(template: &str, path: &str) -> bool {
    let fits = |(known, found): (&str, &str)| known.starts_with('{') || known == found;
    template.split('/').count() == path.split('/').count()
        && template.split('/').zip(path.split('/')).all(fits)
}

fn asked(endpoint: &Definition, target: &str, body: &[u8]) {
    match (endpoint.reprint)(target, body) {
        Ok(printed) => {
            let target = printed.uri().to_string();
            assert!(names(endpoint.path, printed.uri().path()), "{target} is another path");
            assert_eq!(printed.method(), endpoint.method);
            let again = (endpoint.reprint)(&target, printed.body()).expect("it is read again");
            assert_eq!(again.uri(), printed.uri());
            assert_eq!(again.body(), printed.body());
        }
        Err(error) => fits(&error),
    }
}

fn fits(error: &ParamError) {
    let detail = error.detail();
    let bytes = detail.as_ref().map_or(0, |detail| detail.to_string().len());
    assert!(bytes <= DETAIL_BYTES_MAX, "a detail of {bytes} bytes");
    let body = ErrorBody::new(PARAM_ERROR, &error.message, detail);
    assert!(!body.message.is_empty() && body.message.chars().count() <= MESSAGE_CHARS_MAX);
    let printed = serde_json::to_vec(&body).expect("an error prints");
    assert!(serde_json::from_slice::<ErrorBody>(&printed).is_ok(), "a client reads it");
}

fn answered(endpoint: &Definition, body: &[u8]) {
    let Ok(printed) = (endpoint.reprint_response)(body) else { return };
    if !endpoint.response.is_empty() {
        let again = (endpoint.reprint_response)(&printed).expect("it is read again");
        assert_eq!(again, printed);
    }
}
