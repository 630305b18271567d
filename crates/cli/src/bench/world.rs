//! What a server has to hold before it can be measured: sponsors, orders, bills. All of it is made
//! as merchants and the control API make it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use redress::api::compensation::{Cancel, Create, Query, Receiver};
use redress::api::{Appid, Fen, Mchid, OutBillNo, OutTradeNo, TransactionId, pay};
use redress::crypto::nonce;
use redress_server::{DIRECT, PLATFORM};
use serde_json::{Value as Json, json};

use super::server::{Counts, Served};
use super::shot::{Bar, Draft, Signer};
use crate::args::BenchRun;
use crate::control::Control;

/// How many sponsors pay in turn.
const SPONSORS: usize = 8;
/// What each of them has, in fen.
const FUNDS: i64 = 1_000_000_000_000;
/// How many payers orders have, in turn.
const PAYERS: usize = 64;
/// How many orders are made by one call.
const BATCH: usize = 500;
/// How many orders are compensated, at most.
const TRANSACTIONS_MAX: usize = 65_536;
/// How long the server may take for the jobs that requests leave behind, in seconds.
const JOBS_SECONDS_MAX: u64 = 60;
/// How often in a row there must be no new job done.
const QUIET_LOOKS: u32 = 3;

/// What a server holds.
pub(super) struct World {
    pub(super) control: Control,
    pub(super) signer: Signer,
    appid: Appid,
    sponsors: Vec<Mchid>,
    /// Orders that are compensated.
    transactions: Vec<TransactionId>,
    /// Bills that wait for their payer.
    waiting: Vec<OutBillNo>,
    /// Bills that may be made soon.
    drafted: Vec<OutBillNo>,
    /// How many requests were drafted: what comes next in turn.
    turn: usize,
}

/// A number that nobody has: letters and digits in no order, as merchants make them.
fn fresh() -> String {
    let mut number = nonce();
    number.truncate(28);
    number
}

impl World {
    /// Nothing but the merchant that calls.
    pub(super) async fn of(
        served: &Served,
        args: &BenchRun,
        is_direct: bool,
    ) -> anyhow::Result<Self> {
        let mchid = if is_direct { DIRECT } else { PLATFORM };
        let folder = match &args.merchant {
            Some(folder) => folder.clone(),
            None => served.merchant(mchid).context("the merchant's folder: give --merchant")?,
        };
        let signer = Signer::new(&folder, served.host(), served.token())?;
        let control = served.control()?;
        let known = control.get(&format!("/merchants/{}", signer.merchant().mchid())).await?;
        if known.is_none() {
            bail!("the server does not know the merchant {}", signer.merchant().mchid());
        }
        let appid = signer.merchant().appid().context("merchant.json names no appid")?.clone();
        let (sponsors, transactions) = (Vec::new(), Vec::new());
        let (waiting, drafted) = (Vec::new(), Vec::new());
        Ok(Self { control, signer, appid, sponsors, transactions, waiting, drafted, turn: 0 })
    }

    fn mchid(&self) -> &Mchid {
        self.signer.merchant().mchid()
    }

    /// Makes sponsors with enough money.
    pub(super) async fn sponsors(&mut self) -> anyhow::Result<()> {
        let mut bar = Bar::new("sponsors", SPONSORS);
        while self.sponsors.len() < SPONSORS {
            bar.show(self.sponsors.len());
            let digits = u32::from_be_bytes(redress::crypto::random_bytes());
            let mchid: Mchid = format!("2{digits:010}").parse()?;
            let new = json!({ "mchid": mchid, "roles": ["direct"], "appids": [self.appid] });
            self.control.post("/merchants", &new).await?;
            let platform = self.mchid();
            let related = json!({ "platform": platform, "merchant": mchid, "relation": "sponsor" });
            self.control.post("/relations", &related).await?;
            let funds = json!({ "mchid": mchid, "amount": FUNDS, "account": "basic" });
            self.control.post("/credits", &funds).await?;
            self.sponsors.push(mchid);
        }
        Ok(())
    }

    /// Has paid orders placed, as many as are asked for; their merchant's numbers.
    async fn orders(&mut self, count: usize, kind: &str) -> anyhow::Result<Vec<String>> {
        let mut bar = Bar::new("orders", count);
        let every = count.div_ceil(TRANSACTIONS_MAX).max(1);
        let mut numbers = Vec::with_capacity(count);
        while numbers.len() < count {
            bar.show(numbers.len());
            let some = BATCH.min(count - numbers.len());
            let begun = numbers.len();
            let mut orders = Vec::with_capacity(some);
            for number in begun..begun + some {
                let out_trade_no = fresh();
                orders.push(json!({
                    "mchid": self.mchid(),
                    "appid": self.appid,
                    "out_trade_no": out_trade_no,
                    "trade_type": kind,
                    "amount": 10_000,
                    "payer": format!("o_bench_{}", number % PAYERS),
                }));
                numbers.push(out_trade_no);
            }
            let placed = self.control.post("/orders/batch", &Json::Array(orders)).await?;
            let placed = placed["transaction_ids"].as_array().context("a list of numbers")?;
            for (number, id) in (begun..).zip(placed) {
                if number % every == 0 {
                    self.transactions.push(id.as_str().unwrap_or_default().parse()?);
                }
            }
        }
        Ok(numbers)
    }

    /// Places orders that can be compensated.
    pub(super) async fn compensable(&mut self, count: usize) -> anyhow::Result<()> {
        self.orders(count, "JSAPI").await.map(|_numbers| ())
    }

    /// Compensations that are created, each by the next sponsor, or all by the first.
    pub(super) fn creates(&mut self, count: usize, is_hot: bool) -> anyhow::Result<Vec<Draft>> {
        let mut drafts = Vec::with_capacity(count);
        for _ in 0..count {
            self.turn += 1;
            let sponsor = if is_hot { 0 } else { self.turn % self.sponsors.len() };
            // A step that shares no factor with a power of two leads to each of them, in no order.
            let order = self.turn.wrapping_mul(40_503) % self.transactions.len();
            let out_bill_no: OutBillNo = fresh().parse()?;
            drafts.push(Draft::of(&Create {
                receiver: Receiver::transaction_user(self.transactions[order].clone()),
                out_bill_no: out_bill_no.clone(),
                amount: Fen::new(1),
                transfer_remark: "直播违规扣罚".parse()?,
                sponsor_mchid: self.sponsors[sponsor].clone(),
                transfer_scene_id: Some("1001".parse()?),
                user_recv_perception: Some("退货运费补偿".parse()?),
            }));
            self.drafted.push(out_bill_no);
        }
        Ok(drafts)
    }

    /// The bills that were drafted last are made, and wait for their payer.
    pub(super) fn keep_waiting(&mut self) {
        self.waiting.append(&mut self.drafted);
    }

    /// Nobody asks any more for the bills that were drafted last.
    pub(super) fn forget(&mut self) {
        self.drafted.clear();
    }

    /// Bills that are looked up, one after the other.
    pub(super) fn queries(&mut self, count: usize) -> Vec<Draft> {
        let mut drafts = Vec::with_capacity(count);
        for _ in 0..count {
            drafts.push(self.query());
        }
        drafts
    }

    fn query(&mut self) -> Draft {
        self.turn += 1;
        let bill = self.turn.wrapping_mul(40_503) % self.waiting.len();
        Draft::of(&Query { out_bill_no: self.waiting[bill].clone() })
    }

    /// Orders that are paid by code, and reversed.
    pub(super) async fn reverses(&mut self, count: usize) -> anyhow::Result<Vec<Draft>> {
        let numbers = self.orders(count, "MICROPAY").await?;
        let mut drafts = Vec::with_capacity(count);
        for number in numbers {
            drafts.push(Draft::of(&pay::Reverse {
                out_trade_no: number.parse::<OutTradeNo>()?,
                appid: self.appid.clone(),
                mchid: self.mchid().clone(),
            }));
        }
        Ok(drafts)
    }

    /// How many bills are needed for so many mixed requests.
    pub(super) const fn needed(mixed: usize) -> usize {
        // Each twentieth is cancelled, each tenth confirmed; some are left to be looked up.
        mixed * 3 / 20 + 64
    }

    /// How many bills wait for their payer.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Twenty by twenty: twelve are looked up, five created, two confirmed, one cancelled. The
    /// bills that are confirmed and cancelled wait no longer.
    pub(super) fn mixed(&mut self, count: usize) -> anyhow::Result<Vec<Draft>> {
        let mut drafts = Vec::with_capacity(count);
        for number in 0..count {
            // The few are spread over the many.
            drafts.push(match number % 20 {
                3 | 7 | 11 | 15 | 19 => {
                    let mut draft = self.creates(1, false)?;
                    draft.pop().context("one draft")?
                }
                5 | 13 => {
                    let bill = self.waiting.pop().context("no bill waits for its payer")?;
                    let path = format!("/bills/{}/{bill}/payer", self.mchid());
                    Draft::control(&path, &json!({ "answer": "confirm" }))?
                }
                9 => {
                    let out_bill_no = self.waiting.pop().context("no bill waits for its payer")?;
                    Draft::of(&Cancel { out_bill_no })
                }
                _ => self.query(),
            });
        }
        Ok(drafts)
    }

    /// Callbacks that are made up, to this address.
    pub(super) fn notices(&self, count: usize, url: &str) -> anyhow::Result<Vec<Draft>> {
        let notice = json!({
            "mchid": self.mchid(),
            "url": url,
            "event_type": "TRANSACTION.SUCCESS",
            "original_type": "transaction",
            "summary": "支付成功",
            "resource": { "out_trade_no": fresh(), "trade_state": "SUCCESS", "amount": 10_000 },
        });
        (0..count).map(|_| Draft::control("/notices", &notice)).collect()
    }
}

/// What a server has counted, once it has done no job for a moment: those that requests have left
/// behind are done then.
pub(super) async fn quiet(served: &Served) -> anyhow::Result<Counts> {
    let begun = Instant::now();
    let mut last = served.counts().await?;
    let mut still = 0;
    while still < QUIET_LOOKS {
        if begun.elapsed() > Duration::from_secs(JOBS_SECONDS_MAX) {
            bail!("the server has jobs to do after {JOBS_SECONDS_MAX} seconds");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        let counts = served.counts().await?;
        still = if counts.jobs > last.jobs { 0 } else { still + 1 };
        last = counts;
    }
    Ok(last)
}
