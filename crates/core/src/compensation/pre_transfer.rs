//! The pre-transfer: the money is locked at once, and a package leads the payer to the question.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use redress_api::compensation::{BillState, PreTransfer, PreTransferred};
use redress_api::{Mchid, OutBillNo, compensation};
use serde::{Deserialize, Serialize};

use super::bill::{Bill, Content};
use super::operations::{admit, hold, keep};
use super::steps::{Answer, PayerAnswers, Step};
use crate::books::Tally;
use crate::command::{Broken, Command, Operation, Stop};
use crate::context::Context;
use crate::merchant::{Confirmation, Merchant};
use crate::refusal;
use crate::row::Row;

impl Operation for PreTransfer {
    /// While the bill waits for its payer, the same number with the same content is the same
    /// package. Without enough money nothing is written.
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<PreTransferred, Stop> {
        let content = Content::from(self);
        if let Some(bill) = cx.get::<Bill>(&Bill::row_id(&caller.mchid, &self.out_bill_no))? {
            if bill.content != content {
                return Err(refusal::BILL_DIFFERS.plain().into());
            }
            // The job that closes it may be on its way.
            if bill.state != BillState::WaitUserConfirm || cx.now() >= bill.deadline() {
                return Err(refusal::BILL_NOT_WAITING.plain().into());
            }
            return answer(&bill);
        }
        if self.sp_appid.as_ref().is_some_and(|appid| !caller.appids.contains(appid)) {
            return Err(refusal::APPID_DIFFERS.plain().into());
        }
        let payer = admit(cx, caller, &content)?;
        let bill_id = cx.fresh_bill_id();
        let held = hold(cx, &content, &payer, &bill_id)?;
        let held = held.map_err(|_short| refusal::SPONSOR_NOT_ENOUGH.plain())?;
        let bill = Bill {
            sp_mchid: caller.mchid.clone(),
            out_bill_no: self.out_bill_no.clone(),
            bill_id,
            content,
            state: BillState::WaitUserConfirm,
            confirmation: Confirmation::Required,
            package: Some(BASE64.encode(cx.fresh().to_be_bytes())),
            payer,
            hold: Some(held),
            accept_time: cx.now(),
            success_time: None,
            close: None,
            cancel_accept_time: None,
        };
        Step::Expire.schedule(cx, bill.deadline(), &bill);
        keep(cx, &bill)?;
        let answer = answer(&bill)?;
        cx.put(&Package {
            package_info: answer.package_info.clone(),
            sp_mchid: bill.sp_mchid,
            out_bill_no: bill.out_bill_no,
        })?;
        Ok(answer)
    }
}

fn answer(bill: &Bill) -> Result<PreTransferred, Stop> {
    let no_package = || Broken(format!("bill {} has no package", bill.bill_id));
    Ok(PreTransferred {
        out_bill_no: bill.out_bill_no.clone(),
        bill_id: bill.bill_id.clone(),
        accept_time: bill.accept_time,
        package_info: bill.package.clone().ok_or_else(no_package)?,
    })
}

/// Where a package leads: the bill that its payer is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The package.
    pub package_info: String,
    /// See [`Bill::sp_mchid`].
    pub sp_mchid: Mchid,
    /// See [`Bill::out_bill_no`].
    pub out_bill_no: OutBillNo,
}

impl Package {
    /// The name of the sum that a package and its bill are two parts of.
    pub(super) fn leading(package_info: &str, bill: &str) -> String {
        format!("package {package_info} of bill {bill}")
    }
}

impl Row for Package {
    const KIND: &'static str = "package";

    fn id(&self) -> String {
        self.package_info.clone()
    }

    fn owner(&self) -> &str {
        self.sp_mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn tallies(&self) -> Vec<Tally> {
        let bill = Bill::row_id(&self.sp_mchid, &self.out_bill_no);
        vec![Tally::minus(Self::leading(&self.package_info, &bill), 1)]
    }

    fn follows(&self, _: &Self) -> Result<(), String> {
        Err("a package never leads elsewhere".to_owned())
    }
}

/// The payer has followed a package, and answers, through the control API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageAnswers {
    /// The package.
    pub package_info: String,
    /// What the payer says.
    pub answer: Answer,
}

impl Command for PackageAnswers {
    type Outcome = compensation::Bill;

    fn decide(&self, cx: &mut Context<'_>) -> Result<compensation::Bill, Stop> {
        let Some(package) = cx.get::<Package>(&self.package_info)? else {
            return Err(refusal::control_unknown("there is no such package").into());
        };
        let Package { sp_mchid, out_bill_no, .. } = package;
        PayerAnswers { sp_mchid, out_bill_no, answer: self.answer }.decide(cx)
    }
}
