//! Requests in the making: each field by its name, all checked at once at the end.

use std::fmt;
use std::marker::PhantomData;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::endpoint::Endpoint;
use crate::error::ParamError;
use crate::wire;

/// A message in the making. It has a method for each field of the page; a field that is not set
/// is left out, and so is one that is set to `None`.
///
/// A value is whatever prints as the field's JSON: a text or a number as it stands, a value of the
/// field's own type, the draft of an object, a list of these. Nothing is checked before
/// [`Draft::build`], which refuses what the service would refuse, in its words and with its names.
///
/// ```
/// use redress_api::compensation::{Create, Receiver};
///
/// let draft = Create::draft()
///     .receiver(Receiver::transaction_user("1217752501201407033233368018".parse()?))
///     .out_bill_no("plfk2020042013")
///     .amount(10_000)
///     .transfer_remark("直播违规扣罚");
/// let error = draft.clone().build().unwrap_err();
/// assert_eq!(
///     error.message,
///     "输入源“/body/sponsor_mchid”映射到字段“出资商户号”必填性规则校验失败，此字段为必填项"
/// );
/// let request = draft.sponsor_mchid("1900001109").build()?;
/// assert_eq!(request.transfer_scene_id, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Draft<M> {
    values: Map<String, Json>,
    message: PhantomData<fn() -> M>,
}

impl<M> Draft<M> {
    pub(crate) fn new() -> Self {
        Self { values: Map::new(), message: PhantomData }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(Json::Null) => drop(self.values.shift_remove(name)),
            Ok(value) => drop(self.values.insert(name.to_owned(), value)),
            // No field may be null, so it is refused at the end.
            Err(_) => drop(self.values.insert(name.to_owned(), Json::Null)),
        }
        self
    }
}

impl<E: Endpoint> Draft<E> {
    /// Makes the request, if it obeys the rules that the service holds it to.
    ///
    /// # Errors
    /// The first rule that it breaks, as [`wire::decode`] has it.
    pub fn build(self) -> Result<E, ParamError> {
        wire::assemble(self.values)
    }
}

impl<M> Clone for Draft<M> {
    fn clone(&self) -> Self {
        Self { values: self.values.clone(), message: PhantomData }
    }
}

/// As the value of a field.
impl<M> Serialize for Draft<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values.serialize(serializer)
    }
}

/// Names the fields that are set, and no values: some are secret.
impl<M> fmt::Debug for Draft<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

/// Defines a message that callers make: what `message!` defines, and a draft of it.
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* pub $field:ident : $type:ty = $label:literal ),* $(,)?
        }
    ) => {
        $crate::field::message! {
            $(#[$meta])*
            pub struct $name {
                $( $(#[$field_meta])* pub $field: $type = $label ),*
            }
        }

        impl $name {
            /// Begins one without any field.
            #[must_use]
            pub fn draft() -> $crate::draft::Draft<Self> {
                $crate::draft::Draft::new()
            }
        }

        impl $crate::draft::Draft<$name> {
            $(
                #[doc = concat!("【", $label, "】")]
                $(#[$field_meta])*
                #[must_use]
                pub fn $field(self, value: impl ::serde::Serialize) -> Self {
                    self.with($crate::field::wire_name(stringify!($field)), value)
                }
            )*
        }
    };
}
pub(crate) use request;
