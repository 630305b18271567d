//! x
/// x
pub struct X;
