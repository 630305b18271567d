//! Statements and their download: collected from rows and transfers in pages, each time anew. What
//! is handed out is a sealed ticket, so that nothing has to be kept.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use redress_api::statement::{
    AccountType, BillDate, BillType, Download, FundFlow, HashType, Statement, TarType, Trade,
};
use redress_api::{Day, Mchid, Open};
use redress_core::merchant::Merchant;
use redress_core::order::Order;
use redress_core::refund::Refund;
use redress_core::row::Row;
use redress_core::statement::{Funds, Purse, Ticket, Trades, Wanted, Which, available, may_see};
use redress_core::{Find, Transfer, refusal};
use redress_crypto::{ApiV3Key, sha1_hex};

use super::Own;
use crate::apiv3::Sealed;
use crate::app::App;
use crate::folder::{self, FolderError};
use crate::identify::Proven;
use crate::reply::{Problem, Success};

/// How many rows or transfers are read at once.
const PAGE_ITEMS: u32 = 1000;

/// What tickets are sealed with: known to this process alone, so that a restart ends them all; or
/// to all nodes, so that each opens what another has sealed.
pub(crate) struct Tickets(ApiV3Key);

impl Default for Tickets {
    fn default() -> Self {
        Self(ApiV3Key::generate())
    }
}

/// The file that nodes share the key by.
const FILE: &str = "ticket_key.json";

const ASSOCIATED_DATA: &str = "statement";

impl Tickets {
    /// With the key of a data folder, which is made if there is none. The caller keeps other nodes
    /// from making another.
    pub(crate) fn shared(data: &Path) -> Result<Self, FolderError> {
        let path = data.join("platform").join(FILE);
        if !path.exists() {
            folder::write_json(&path, &ApiV3Key::generate().expose())?;
        }
        let key: String = folder::read_json(&path)?;
        Ok(Self(ApiV3Key::new(&key).map_err(|e| FolderError::new(&path, e))?))
    }

    /// A ticket as a text of letters, digits, `-` and `_`.
    fn seal(&self, ticket: &Ticket) -> Result<String, Problem> {
        let text = serde_json::to_vec(ticket).map_err(Problem::defect)?;
        let Sealed { nonce, ciphertext } = Sealed::new(&self.0, ASSOCIATED_DATA, &text);
        Ok(URL_SAFE_NO_PAD.encode(format!("{nonce}{ciphertext}")))
    }

    fn open(&self, token: &str) -> Option<Ticket> {
        let sealed = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (nonce, ciphertext) = sealed.split_at_checked(12)?;
        let text = self.0.open(nonce.as_bytes(), ASSOCIATED_DATA.as_bytes(), ciphertext).ok()?;
        serde_json::from_slice(&text).ok()
    }
}

impl Own for Trade {
    async fn answer(&self, app: &App, caller: &Merchant, _: &Proven) -> Result<Success, Problem> {
        let day = day(&self.bill_date)?;
        available(app.now(), day)?;
        may_see(caller, self.sub_mchid.as_ref())?;
        let kind = self.bill_type.as_ref().and_then(Open::known).unwrap_or(BillType::All);
        let which = Which::of(kind).ok_or_else(|| refusal::STATEMENT_NONE.plain())?;
        let wanted = Wanted::Trades { day, which, sub_mchid: self.sub_mchid.clone() };
        let statement = apply(app, caller, wanted, self.tar_type.as_ref()).await?;
        Ok(Success::of::<Self>(&statement))
    }
}

impl Own for FundFlow {
    async fn answer(&self, app: &App, caller: &Merchant, _: &Proven) -> Result<Success, Problem> {
        let day = day(&self.bill_date)?;
        available(app.now(), day)?;
        let account = self.account_type.as_ref().and_then(Open::known);
        let purse = Purse::of(account.unwrap_or(AccountType::Basic))
            .ok_or_else(|| refusal::STATEMENT_NONE.plain())?;
        let wanted = Wanted::Funds { day, purse };
        let statement = apply(app, caller, wanted, self.tar_type.as_ref()).await?;
        Ok(Success::of::<Self>(&statement))
    }
}

impl Own for Download {
    async fn answer(&self, app: &App, caller: &Merchant, _: &Proven) -> Result<Success, Problem> {
        let ticket = app.tickets.open(self.token.as_str());
        let ticket = ticket.ok_or_else(|| refusal::DOWNLOAD_STALE.plain())?;
        ticket.check(&caller.mchid, app.now())?;
        let text = file(app, &caller.mchid, &ticket.wanted).await?;
        if self.tartype.is_none() {
            return Ok(Success::file("text/plain; charset=utf-8", text.into()));
        }
        let packed = tokio::task::spawn_blocking(move || gzip(text.as_bytes()));
        let packed = packed.await.map_err(Problem::defect)?.map_err(Problem::defect)?;
        Ok(Success::file("application/gzip", packed.into()))
    }
}

fn day(date: &BillDate) -> Result<Day, Problem> {
    // The definition has checked it.
    date.day().ok_or_else(|| Problem::defect(format!("{date} is no day")))
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Makes a file, to say what it must be, and a ticket for it.
async fn apply(
    app: &App,
    caller: &Merchant,
    wanted: Wanted,
    packed: Option<&Open<TarType>>,
) -> Result<Statement, Problem> {
    let text = file(app, &caller.mchid, &wanted).await?;
    let token = app.tickets.seal(&Ticket::issue(caller.mchid.clone(), wanted, app.now()))?;
    let tartype = if packed.is_some() { "&tartype=gzip" } else { "" };
    Ok(Statement {
        hash_type: HashType::Sha1.into(),
        hash_value: sha1_hex(text.as_bytes()),
        download_url: format!("{}/v3/billdownload/file?token={token}{tartype}", app.base_url),
    })
}

/// The file of a statement, if anything happened on its day.
async fn file(app: &App, mchid: &Mchid, wanted: &Wanted) -> Result<String, Problem> {
    let text = match wanted {
        Wanted::Trades { day, which, sub_mchid } => {
            trades(app, mchid, Trades::new(*day, *which), sub_mchid.as_ref()).await?
        }
        Wanted::Funds { day, purse } => funds(app, Funds::new(mchid, *purse, *day)).await?,
    };
    text.ok_or_else(|| refusal::STATEMENT_NONE.plain().into())
}

async fn trades(
    app: &App,
    mchid: &Mchid,
    mut trades: Trades,
    sub_mchid: Option<&Mchid>,
) -> Result<Option<String>, Problem> {
    each_row::<Order>(app, mchid, |order| {
        if sub_mchid.is_none() || order.sub_mchid.as_ref() == sub_mchid {
            trades.order(&order);
        }
    })
    .await?;
    let mut wanted = Vec::new();
    each_row::<Refund>(app, mchid, |refund| {
        if (sub_mchid.is_none() || refund.sub_mchid.as_ref() == sub_mchid) && trades.wants(&refund)
        {
            wanted.push(refund);
        }
    })
    .await?;
    for refund in wanted {
        let number = Order::row_id(&refund.mchid, &refund.out_trade_no);
        let order = app.read(Find::<Order>::new(number.as_str())).await?;
        let order = order.ok_or_else(|| Problem::defect(format!("no order {number}")))?;
        trades.refund(&refund, &order);
    }
    trades.finish().map_err(Problem::defect)
}

async fn funds(app: &App, mut funds: Funds) -> Result<Option<String>, Problem> {
    let accounts = funds.accounts().to_vec();
    let mut after = 0;
    loop {
        // A page of each account, merged as far as all of them reach.
        let mut merged: BTreeMap<i64, Transfer> = BTreeMap::new();
        let mut reach = i64::MAX;
        for account in &accounts {
            let account = Some(account.as_str());
            let page = app.store.transfers(account, None, after, PAGE_ITEMS).await?;
            if let Some((last, _)) = page.last().filter(|_| page.len() == PAGE_ITEMS as usize) {
                reach = reach.min(*last);
            }
            merged.extend(page);
        }
        for transfer in merged.range(..=reach).map(|(_, transfer)| transfer) {
            funds.transfer(transfer).map_err(Problem::defect)?;
        }
        if reach == i64::MAX {
            break;
        }
        after = reach;
    }
    let mut vouchers = BTreeMap::new();
    for explain in funds.explain() {
        let reference = explain.reference.clone();
        if let Some(voucher) = app.read(explain).await? {
            vouchers.insert(reference, voucher);
        }
    }
    funds.finish(&vouchers).map_err(Problem::defect)
}

/// Shows each of a merchant's rows of a kind.
async fn each_row<R: Row>(
    app: &App,
    owner: &Mchid,
    mut show: impl FnMut(R),
) -> Result<(), Problem> {
    let mut after = String::new();
    loop {
        let page = app.store.rows(R::KIND, Some(owner.as_str()), &after, PAGE_ITEMS).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after.clone_from(last);
        for (_, stored) in page {
            show(serde_json::from_str(&stored.body).map_err(Problem::defect)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use redress_api::Timestamp;

    use super::*;

    #[test]
    fn nodes_that_share_a_folder_open_each_others_tickets() {
        let data = tempfile::tempdir().unwrap();
        folder::create(&data.path().join("platform")).unwrap();
        let one = Tickets::shared(data.path()).unwrap();
        let other = Tickets::shared(data.path()).unwrap();
        let day = "2026-11-25".parse::<BillDate>().unwrap().day().unwrap();
        let wanted = Wanted::Funds { day, purse: Purse::of(AccountType::Basic).unwrap() };
        let mchid: Mchid = "1230000109".parse().unwrap();
        let ticket = Ticket::issue(mchid.clone(), wanted, Timestamp::from_unix(0));
        let token = one.seal(&ticket).ok().unwrap();
        let opened = other.open(&token).expect("the other node's key is the same");
        assert!(opened.check(&mchid, Timestamp::from_unix(1)).is_ok());
        assert!(Tickets::default().open(&token).is_none(), "a server by itself has its own");
    }
}
