//! Payers: their names, the codes that they show, and how often they have paid without a password.

use redress_api::pay::AuthCode;
use redress_api::{Appid, Timestamp};
use serde::{Deserialize, Serialize};

use crate::command::{Command, Stop};
use crate::context::Context;
use crate::order::is_openid;
use crate::refusal;
use crate::row::Row;

/// How long a code can be used: one minute, in seconds.
pub const CODE_SECONDS_MAX: i64 = 60;
/// The most that is paid without a password, in fen: 1000 yuan.
pub const PASSWORD_FREE_FEN_MAX: i64 = 100_000;
/// How often a payer pays without a password in a day.
pub const PASSWORD_FREE_DAY_MAX: u32 = 10;

/// A code that a payer shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The code.
    pub auth_code: AuthCode,
    /// Whose.
    pub openid: String,
    /// Until when it can be used.
    pub expire_time: Timestamp,
    /// Whether the payer is asked for the password whatever the amount.
    pub password: bool,
    /// The order that it has paid, or tried to.
    pub used_by: Option<String>,
}

impl Row for Code {
    const KIND: &'static str = "auth_code";

    fn id(&self) -> String {
        self.auth_code.to_string()
    }

    fn owner(&self) -> &str {
        ""
    }

    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        if before.used_by.is_none() && self.openid == before.openid {
            Ok(())
        } else {
            Err("a code is used once".to_owned())
        }
    }
}

/// A payer, and what was paid today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// The payer's name.
    pub openid: String,
    /// The day in China, as eight digits.
    pub day: String,
    /// How often without a password on that day.
    pub password_free: u32,
    /// The application that knows the payer by this name; none if every one does.
    #[serde(default)]
    pub appid: Option<Appid>,
    /// Whether the account cannot take money: refunds to it go astray.
    #[serde(default)]
    pub abnormal: bool,
}

impl Row for Payer {
    const KIND: &'static str = "payer";

    fn id(&self) -> String {
        self.openid.clone()
    }

    fn owner(&self) -> &str {
        ""
    }

    fn check(&self) -> Result<(), String> {
        if self.password_free <= PASSWORD_FREE_DAY_MAX {
            Ok(())
        } else {
            Err("paid too often without a password".to_owned())
        }
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        if self.appid != before.appid {
            return Err("is known to another application".to_owned());
        }
        if self.day >= before.day { Ok(()) } else { Err("goes back to an earlier day".to_owned()) }
    }
}

impl Payer {
    /// The payer as of today.
    pub(crate) fn today(cx: &mut Context<'_>, openid: &str) -> Result<Self, Stop> {
        let day = cx.now().day_digits();
        let Some(known) = cx.get::<Self>(openid)? else {
            let openid = openid.to_owned();
            return Ok(Self { openid, day, password_free: 0, appid: None, abnormal: false });
        };
        Ok(if known.day >= day { known } else { Self { day, password_free: 0, ..known } })
    }
}

/// A payer shows a code.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowCode {
    /// Whose.
    pub openid: String,
    /// Whether the payer is asked for the password whatever the amount.
    #[serde(default)]
    pub password: bool,
}

impl Command for ShowCode {
    type Outcome = Code;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Code, Stop> {
        if !is_openid(&self.openid) {
            let what = "openid has 1 to 128 letters, digits, _ and -";
            return Err(refusal::control_invalid(what).into());
        }
        let digits = cx.fresh() % 10_u128.pow(16);
        let code = Code {
            auth_code: format!("13{digits:016}").parse().expect("18 digits are a code"),
            openid: self.openid.clone(),
            expire_time: cx.now().plus_seconds(CODE_SECONDS_MAX),
            password: self.password,
            used_by: None,
        };
        meet(cx, &self.openid)?;
        cx.put(&code)?;
        Ok(code)
    }
}

/// The payer of this name. A name that nobody had is from now on one that every application knows.
pub(crate) fn meet(cx: &mut Context<'_>, openid: &str) -> Result<Payer, Stop> {
    if let Some(known) = cx.get::<Payer>(openid)? {
        return Ok(known);
    }
    let payer = Payer::today(cx, openid)?;
    cx.put(&payer)?;
    Ok(payer)
}

/// That a name is one under this application.
pub(crate) fn known_to(cx: &mut Context<'_>, openid: &str, appid: &Appid) -> Result<(), Stop> {
    let payer = cx.get::<Payer>(openid)?.ok_or_else(|| refusal::OPENID_UNKNOWN.plain())?;
    if payer.appid.is_some_and(|known| known != *appid) {
        return Err(refusal::OPENID_OTHER.plain().into());
    }
    Ok(())
}

/// Makes a payer known, or says who a known one is; through the control API.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introduce {
    /// The payer's name; a fresh one when left out.
    #[serde(default)]
    pub openid: Option<String>,
    /// The application that knows it; every one when left out. A known payer's stays.
    #[serde(default)]
    pub appid: Option<Appid>,
    /// Whether the account cannot take money. A known payer's stays when left out.
    #[serde(default)]
    pub abnormal: Option<bool>,
}

impl Command for Introduce {
    type Outcome = Payer;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Payer, Stop> {
        let openid = match &self.openid {
            Some(openid) if is_openid(openid) => openid.clone(),
            Some(_) => {
                let what = "openid has 1 to 128 letters, digits, _ and -";
                return Err(refusal::control_invalid(what).into());
            }
            None => format!("o{:027x}", cx.fresh() % 16_u128.pow(27)),
        };
        let known = cx.get::<Payer>(&openid)?;
        if let (Some(known), Some(appid)) = (&known, &self.appid)
            && known.appid.as_ref() != Some(appid)
        {
            let whose = known.appid.as_ref().map_or("every application", Appid::as_str);
            let what = format!("{openid} is known to {whose}");
            return Err(refusal::control_conflict(what).into());
        }
        let payer = match known {
            Some(known) => known,
            None => Payer { appid: self.appid.clone(), ..Payer::today(cx, &openid)? },
        };
        let payer = Payer { abnormal: self.abnormal.unwrap_or(payer.abnormal), ..payer };
        cx.put(&payer)?;
        Ok(payer)
    }
}
