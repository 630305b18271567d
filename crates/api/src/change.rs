//! Requests that change something, and how to learn what came of one whose answer was lost.

use crate::endpoint::Endpoint;

/// A request that changes something.
///
/// Each carries the merchant's own number, or that of the order it belongs to, and the service does
/// it at most once under that number: sending it again with the same content is harmless, a new
/// number never is.
pub trait Change: Endpoint {
    /// The query by the same number; the request itself where the API has none that would tell.
    type Query: Endpoint;

    /// The query that tells what came of this request. None where the API has no such query, and
    /// where it lacks what the answer hands out, a `prepay_id` say: such a request is sent again.
    fn query(&self) -> Option<Self::Query> {
        None
    }

    /// What an answer of that query says about this request.
    fn came_of(&self, _found: &<Self::Query as Endpoint>::Response) -> CameOf {
        CameOf::Open
    }
}

/// What a query says about a request whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameOf {
    /// It was done.
    Done,
    /// It is still on its way: wait.
    Pending,
    /// It has not been done, and may be sent again.
    Open,
    /// It was not done and cannot be any more.
    Never,
}

/// An answer that shows how far something has come.
pub trait Progress {
    /// Whether nothing more comes of it by itself.
    fn is_final(&self) -> bool;
}

/// Defines the query by which a request is found out about, by fields that both have: a record
/// means that it was done.
macro_rules! recorded {
    ($request:ty => $query:ty, $($field:ident),*) => {
        impl $crate::change::Change for $request {
            type Query = $query;

            fn query(&self) -> Option<$query> {
                type Asked = $query;
                Some(Asked { $($field: self.$field.clone()),* })
            }

            fn came_of(
                &self,
                _record: &<$query as $crate::endpoint::Endpoint>::Response,
            ) -> $crate::change::CameOf {
                $crate::change::CameOf::Done
            }
        }
    };
}
pub(crate) use recorded;
