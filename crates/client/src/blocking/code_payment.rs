//! A code payment that is waited for.

use std::fmt;

use redress_api::pay::CodePayment;

use super::driver::Driver;
use crate::{CodePaidOf, CodeStep, Error, Pace, Transport};

/// A code payment that is about to be made; see [`Client::pay_by_code`](super::Client::pay_by_code).
#[must_use = "nothing is sent before `run`"]
pub struct PayByCode<'a, E, T> {
    pub(super) steps: crate::PayByCode<'a, E, T>,
    pub(super) driver: &'a Driver,
}

impl<'a, E: CodePayment, T: Transport> PayByCode<'a, E, T> {
    /// Takes the steps at other times.
    pub fn pace(mut self, pace: Pace) -> Self {
        self.steps = self.steps.pace(pace);
        self
    }

    /// Shows each step.
    pub fn watch(mut self, watch: impl FnMut(&CodeStep<'_>) + Send + 'a) -> Self {
        self.steps = self.steps.watch(watch);
        self
    }

    /// Stops waiting for the payer when this is ready, and reverses. A button of the till ends a
    /// `tokio::sync::oneshot`, say.
    pub fn stop_when(mut self, stop: impl Future<Output = ()> + Send + 'a) -> Self {
        self.steps = self.steps.stop_when(stop);
        self
    }

    /// Pays, and goes on until it is known whether the payer is charged.
    ///
    /// # Errors
    /// As for [`PayByCode::run`](crate::PayByCode::run).
    pub fn run(self) -> Result<CodePaidOf<E>, Error> {
        self.driver.wait(self.steps.run())
    }
}

impl<E, T> fmt::Debug for PayByCode<'_, E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.fmt(f)
    }
}
