//! Fields whose values are nobody's business but the provider's: what keeps or shows requests
//! masks them.

/// Why a value is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// Whoever has it can use it, for as long as it lives.
    Bearer,
    /// A person's data that travels sealed. A client that forgot to seal it sends it in the clear.
    Sealed,
}

/// One field that is a secret.
#[derive(Clone, Copy, Debug)]
pub struct SecretField {
    /// The only path that it is one on; none if it is one on every path.
    pub path: Option<&'static str>,
    /// Its name.
    pub name: &'static str,
    /// Why.
    pub secret: Secret,
}

/// All of them.
pub const SECRET_FIELDS: &[SecretField] = &[
    SecretField { path: None, name: "auth_code", secret: Secret::Bearer },
    SecretField { path: None, name: "receiver_name", secret: Secret::Sealed },
    SecretField { path: None, name: "encrypted_echo_message", secret: Secret::Sealed },
    SecretField {
        path: Some("/v3/ecommerce/profitsharing/receivers/add"),
        name: "name",
        secret: Secret::Sealed,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Field, Rule};

    fn has(fields: &[Field], name: &str) -> bool {
        let below = |rule: &Rule| match rule {
            Rule::Object(fields) | Rule::List(Rule::Object(fields)) => has(fields, name),
            Rule::Text(_)
            | Rule::Integer { .. }
            | Rule::Boolean
            | Rule::List(_)
            | Rule::OneOf(_) => false,
        };
        fields.iter().any(|field| field.name == name || below(&field.rule))
    }

    #[test]
    fn every_secret_is_a_field_of_a_request() {
        for SecretField { path, name, .. } in SECRET_FIELDS {
            let known = crate::endpoints().into_iter().any(|endpoint| {
                path.is_none_or(|path| path == endpoint.path) && has(endpoint.request, name)
            });
            assert!(known, "no request has {name}");
        }
    }
}
