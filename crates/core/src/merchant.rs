//! Merchants: who they are, what they may call, whom they may act for.

use std::collections::BTreeSet;

use redress_api::{Appid, Fen, Mchid, NotifyUrl, Supported};
use serde::{Deserialize, Serialize};

use crate::chart;
use crate::command::{Command, Stop};
use crate::context::{Context, Movement};
use crate::ledger::{Account, AccountId, Reason, TransferId};
use crate::refusal;
use crate::row::Row;

/// What kind of merchant it is; one may be of several kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 平台商户.
    Platform,
    /// 普通商户.
    Direct,
    /// An e-commerce service provider (电商平台).
    Ecommerce,
    /// 二级商户: acts only through its platform.
    SubMerchant,
}

/// Whether the payer is asked before a compensation is paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// The bill waits for the payer, 24 hours at most.
    #[default]
    Required,
    /// The bill is paid by itself.
    None,
}

/// Which of the platform's keys a merchant has, and so what answers to it are signed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformKeys {
    /// The public key alone, as new merchants do.
    #[default]
    PublicKey,
    /// Certificates alone.
    Certificate,
    /// Both: certificates, unless a request names the public key.
    Both,
}

impl PlatformKeys {
    /// Whether it has certificates.
    #[must_use]
    pub const fn has_certificates(self) -> bool {
        match self {
            Self::PublicKey => false,
            Self::Certificate | Self::Both => true,
        }
    }

    /// Whether it has the public key.
    #[must_use]
    pub const fn has_public_key(self) -> bool {
        match self {
            Self::Certificate => false,
            Self::PublicKey | Self::Both => true,
        }
    }
}

/// A key with which the merchant signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Serial number of its API certificate.
    pub serial_no: String,
    /// The certificate, as PEM. Public; the private key is the merchant's alone.
    pub certificate: String,
}

/// A merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merchant {
    /// Its number.
    pub mchid: Mchid,
    /// A name for people.
    pub name: String,
    /// What it may call.
    pub roles: BTreeSet<Role>,
    /// Its applications.
    pub appids: BTreeSet<Appid>,
    /// How its compensations are confirmed.
    pub confirmation: Confirmation,
    /// The entities that it may name as sponsors, besides itself.
    pub sponsors: BTreeSet<Mchid>,
    /// Its sub-merchants.
    pub sub_merchants: BTreeSet<Mchid>,
    /// Its keys.
    pub credentials: Vec<Credential>,
    /// Which keys of the platform it has.
    #[serde(default)]
    pub platform_keys: PlatformKeys,
    /// Where it is told of what happens, when a request does not say: the setting of its console.
    #[serde(default)]
    pub notify_url: Option<NotifyUrl>,
}

impl Merchant {
    /// A merchant of this number that has, and may call, nothing yet.
    #[must_use]
    pub const fn new(mchid: Mchid) -> Self {
        Self {
            mchid,
            name: String::new(),
            roles: BTreeSet::new(),
            appids: BTreeSet::new(),
            confirmation: Confirmation::Required,
            sponsors: BTreeSet::new(),
            sub_merchants: BTreeSet::new(),
            credentials: Vec::new(),
            platform_keys: PlatformKeys::PublicKey,
            notify_url: None,
        }
    }

    /// That a sub-merchant is its own.
    pub(crate) fn serves(&self, sub_mchid: &Mchid) -> Result<(), Stop> {
        if self.sub_merchants.contains(sub_mchid) {
            Ok(())
        } else {
            Err(refusal::NO_RELATION.plain().into())
        }
    }

    /// Whether the page's 支持商户 line includes it.
    #[must_use]
    pub fn supports(&self, supported: Supported) -> bool {
        let roles: &[Role] = match supported {
            Supported::Platform => &[Role::Platform],
            Supported::Direct => &[Role::Direct],
            Supported::Partner => &[Role::Platform, Role::Ecommerce],
            Supported::DirectOrPartner => &[Role::Direct, Role::Platform, Role::Ecommerce],
            Supported::Ecommerce => &[Role::Ecommerce],
            Supported::All => &[Role::Platform, Role::Ecommerce, Role::Direct],
        };
        roles.iter().any(|role| self.roles.contains(role))
    }

    /// Whether it may debit this merchant for a compensation.
    #[must_use]
    pub fn may_debit(&self, sponsor: &Mchid) -> bool {
        self.mchid == *sponsor || self.sponsors.contains(sponsor)
    }
}

impl Row for Merchant {
    const KIND: &'static str = "merchant";

    fn id(&self) -> String {
        self.mchid.to_string()
    }

    fn owner(&self) -> &str {
        self.mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        if self.sponsors.contains(&self.mchid) || self.sub_merchants.contains(&self.mchid) {
            return Err("is its own sponsor or sub-merchant".to_owned());
        }
        Ok(())
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        if self.mchid == before.mchid { Ok(()) } else { Err("changes its number".to_owned()) }
    }
}

/// Finds a merchant for the control API.
pub(crate) fn existing(cx: &mut Context<'_>, mchid: &Mchid) -> Result<Merchant, Stop> {
    cx.get(mchid.as_str())?
        .ok_or_else(|| refusal::control_unknown(format!("there is no merchant {mchid}")).into())
}

/// Creates a merchant.
#[derive(Clone, Debug)]
pub struct Register(pub Merchant);

impl Command for Register {
    type Outcome = Merchant;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Merchant, Stop> {
        let mchid = &self.0.mchid;
        if cx.get::<Merchant>(mchid.as_str())?.is_some() {
            let what = format!("there is a merchant {mchid} already");
            return Err(refusal::control_conflict(what).into());
        }
        cx.put(&self.0)?;
        Ok(self.0.clone())
    }
}

/// Changes how a merchant's compensations are confirmed; bills that exist keep their way.
#[derive(Clone, Debug)]
pub struct Configure {
    /// The merchant.
    pub mchid: Mchid,
    /// The way.
    pub confirmation: Confirmation,
}

impl Command for Configure {
    type Outcome = Merchant;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Merchant, Stop> {
        let mut merchant = existing(cx, &self.mchid)?;
        merchant.confirmation = self.confirmation;
        cx.put(&merchant)?;
        Ok(merchant)
    }
}

/// Changes which keys of the platform a merchant has.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The merchant.
    pub mchid: Mchid,
    /// The keys.
    pub platform_keys: PlatformKeys,
}

impl Command for Trust {
    type Outcome = Merchant;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Merchant, Stop> {
        let mut merchant = existing(cx, &self.mchid)?;
        merchant.platform_keys = self.platform_keys;
        cx.put(&merchant)?;
        Ok(merchant)
    }
}

/// How one merchant stands to a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The platform may debit it for compensations.
    Sponsor,
    /// It is a sub-merchant of the platform.
    SubMerchant,
}

/// Relates a merchant to a platform. Both must exist.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relate {
    /// The platform.
    pub platform: Mchid,
    /// The other merchant.
    pub merchant: Mchid,
    /// How they stand.
    pub relation: Relation,
}

impl Command for Relate {
    type Outcome = Merchant;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Merchant, Stop> {
        let mut platform = existing(cx, &self.platform)?;
        existing(cx, &self.merchant)?;
        if self.platform == self.merchant {
            let what = "a merchant has no relation to itself";
            return Err(refusal::control_invalid(what).into());
        }
        let is_new = match self.relation {
            Relation::Sponsor => platform.sponsors.insert(self.merchant.clone()),
            Relation::SubMerchant => platform.sub_merchants.insert(self.merchant.clone()),
        };
        if is_new {
            cx.put(&platform)?;
        }
        Ok(platform)
    }
}

/// Which of a merchant's accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// 基本账户: what it can pay with.
    #[default]
    Basic,
    /// 运营账户: what it pays subsidies and sub-merchants' compensations from.
    Operation,
}

impl AccountKind {
    /// The account of this merchant.
    #[must_use]
    pub fn of(self, mchid: &Mchid) -> AccountId {
        match self {
            Self::Basic => chart::available(mchid),
            Self::Operation => chart::operation(mchid),
        }
    }
}

/// Credits one of a merchant's accounts from the bank.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopUp {
    /// The merchant.
    pub mchid: Mchid,
    /// How much, in fen.
    pub amount: Fen,
    /// Which account.
    #[serde(default)]
    pub account: AccountKind,
}

impl Command for TopUp {
    type Outcome = TransferId;

    fn decide(&self, cx: &mut Context<'_>) -> Result<TransferId, Stop> {
        existing(cx, &self.mchid)?;
        if !self.amount.is_positive() || self.amount > Account::TOP_UP_MAX {
            let what = format!("an amount has 1 to {} fen", Account::TOP_UP_MAX.get());
            return Err(refusal::control_invalid(what).into());
        }
        let movement = Movement {
            debit: &chart::bank(),
            credit: &self.account.of(&self.mchid),
            amount: self.amount,
            reason: Reason::TopUp,
            reference: "top-up",
        };
        cx.transfer(&movement)?.map_err(|short| refusal::control_conflict(short.to_string()).into())
    }
}

impl Account {
    /// The most that one top-up credits: 10 thousand million yuan, in fen.
    pub const TOP_UP_MAX: Fen = Fen::new(1_000_000_000_000);
}
