//! What the demo does, step by step, and what it checks on the way.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use redress::api::compensation::{BillState, Cancel, Create, Query, Receiver};
use redress::api::subsidy::{self, CancelResult};
use redress::api::{Endpoint, Fen, pay};
use redress::{Client, Merchant};
use redress_core::audit::Report;
use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT, Server};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::control::Control;

/// How long the background may take to move a bill on.
const PATIENCE: Duration = Duration::from_secs(5);

/// One line of the demo.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    pub(super) operation: String,
    pub(super) number: String,
    pub(super) status: u16,
    pub(super) before: String,
    pub(super) after: String,
    pub(super) moved: String,
    pub(super) milliseconds: f64,
}

/// An account and what it has.
#[derive(Debug, Default, Serialize)]
pub(super) struct Balance {
    pub(super) account: String,
    pub(super) balance: Fen,
    pub(super) held: Fen,
}

/// The whole demo.
pub(super) struct Story {
    pub(super) steps: Vec<Step>,
    pub(super) before: Vec<Balance>,
    pub(super) after: Vec<Balance>,
    pub(super) report: Report,
}

/// Where the state of a thing is seen.
struct Watch {
    path: String,
    pointer: &'static str,
}

impl Watch {
    fn bill(out_bill_no: &str) -> Self {
        Self { path: format!("/bills/{PLATFORM}/{out_bill_no}"), pointer: "/state" }
    }
}

impl Story {
    pub(super) async fn tell(server: &Server) -> anyhow::Result<Self> {
        let client = |mchid: &str| -> anyhow::Result<Client> {
            let merchant = Merchant::from_folder(server.data().join("merchants").join(mchid))?;
            Ok(Client::builder(merchant).build()?)
        };
        let (platform, direct) = (client(PLATFORM)?, client(DIRECT)?);
        let control = Control::new(server.base_url())?;
        let before = balances(&control).await?;
        let seen = last_transfer(&control).await?;
        let mut teller = Teller { control, steps: Vec::new(), seen };
        teller.paid(&platform).await?;
        teller.cancelled(&platform).await?;
        teller.reversed(&direct).await?;
        teller.unsubsidised(&platform).await?;
        let after = balances(&teller.control).await?;
        let report = server.store().audit().await?;
        Ok(Self { steps: teller.steps, before, after, report })
    }
}

struct Teller {
    control: Control,
    steps: Vec<Step>,
    /// The last transfer that a step has told of.
    seen: i64,
}

impl Teller {
    /// A compensation that its payer confirms.
    async fn paid(&mut self, platform: &Client) -> anyhow::Result<()> {
        let number = "plfk2020042013";
        let watch = Watch::bill(number);
        self.create(platform, number).await?;
        self.confirm(number).await?;
        let query = Query { out_bill_no: number.parse()? };
        let bill = self.operate("compensate query", number, platform, &query, &watch, None).await?;
        ensure!(bill.state == BillState::Success, "the query says {}", bill.state.word());
        ensure!(bill.success_time.is_some(), "SUCCESS without success_time");
        Ok(())
    }

    /// A compensation that the platform cancels before its payer confirms.
    async fn cancelled(&mut self, platform: &Client) -> anyhow::Result<()> {
        let number = "plfk2020042014";
        self.create(platform, number).await?;
        let cancel = Cancel { out_bill_no: number.parse()? };
        let watch = Watch::bill(number);
        let done = Some("CANCELLED");
        let answer =
            self.operate("compensate cancel", number, platform, &cancel, &watch, done).await?;
        ensure!(answer.state == BillState::Canceling, "cancel says {}", answer.state.word());
        Ok(())
    }

    async fn create(&mut self, platform: &Client, number: &str) -> anyhow::Result<()> {
        let create = Create {
            receiver: Receiver::transaction_user("1217752501201407033233368018".parse()?),
            out_bill_no: number.parse()?,
            amount: Fen::new(10_000),
            transfer_remark: "直播违规扣罚".parse()?,
            sponsor_mchid: SPONSOR.parse()?,
            transfer_scene_id: Some("1001".parse()?),
            user_recv_perception: Some("退货运费补偿".parse()?),
        };
        let (watch, waits) = (Watch::bill(number), Some("WAIT_USER_CONFIRM"));
        let made =
            self.operate("compensate create", number, platform, &create, &watch, waits).await?;
        ensure!(made.state == BillState::Accepted, "create says {}", made.state.word());
        Ok(())
    }

    /// The payer confirms, through the control API.
    async fn confirm(&mut self, number: &str) -> anyhow::Result<()> {
        let watch = Watch::bill(number);
        let before = self.state(&watch).await?;
        let started = Instant::now();
        let path = format!("{}/payer", watch.path);
        self.control.post(&path, &json!({ "answer": "confirm" })).await?;
        let elapsed = started.elapsed();
        self.told("(the payer confirms)", number, 200, before, &watch, elapsed).await
    }

    async fn reversed(&mut self, direct: &Client) -> anyhow::Result<()> {
        let number = "1217752501201407033233368018";
        let reverse = pay::Reverse {
            out_trade_no: number.parse()?,
            appid: "wxd678efh567hg6787".parse()?,
            mchid: DIRECT.parse()?,
        };
        let watch = Watch { path: format!("/orders/{DIRECT}/{number}"), pointer: "/state" };
        self.operate("reverse", number, direct, &reverse, &watch, Some("REVOKED")).await?;
        Ok(())
    }

    async fn unsubsidised(&mut self, platform: &Client) -> anyhow::Result<()> {
        let number = "4208450740201411110007820472";
        let cancel = subsidy::Cancel {
            sub_mchid: SUB_MERCHANT.parse()?,
            transaction_id: number.parse()?,
            description: "订单退款".parse()?,
        };
        let orders = self.control.get(&format!("/orders?mchid={PLATFORM}")).await?;
        let orders = orders.as_ref().and_then(|list| list["items"].as_array());
        let order = orders.and_then(|list| list.iter().find(|o| o["transaction_id"] == number));
        let out_trade_no = order.and_then(|order| order["out_trade_no"].as_str());
        let out_trade_no = out_trade_no.context("the demo world has no subsidised order")?;
        let path = format!("/orders/{PLATFORM}/{out_trade_no}");
        let watch = Watch { path, pointer: "/subsidy/state/is" };
        let done = Some("cancelled");
        let answer =
            self.operate("subsidy cancel", number, platform, &cancel, &watch, done).await?;
        ensure!(answer.result == CancelResult::Success, "subsidy: {}", answer.result.word());
        Ok(())
    }

    /// Sends a request, and waits until the background has brought the thing to a state.
    async fn operate<E: Endpoint>(
        &mut self,
        operation: &str,
        number: &str,
        client: &Client,
        request: &E,
        watch: &Watch,
        until: Option<&str>,
    ) -> anyhow::Result<E::Response> {
        let before = self.state(watch).await?;
        let started = Instant::now();
        let answer = client.exchange(request).await.with_context(|| operation.to_owned())?;
        let elapsed = started.elapsed();
        if let Some(state) = until {
            self.wait(watch, state).await.with_context(|| operation.to_owned())?;
        }
        let status = answer.status.as_u16();
        self.told(operation, number, status, before, watch, elapsed).await?;
        Ok(answer.body)
    }

    async fn state(&self, watch: &Watch) -> anyhow::Result<String> {
        let seen = self.control.get(&watch.path).await?;
        let state = seen.as_ref().and_then(|thing| thing.pointer(watch.pointer)?.as_str());
        Ok(state.unwrap_or("none").to_owned())
    }

    async fn wait(&self, watch: &Watch, state: &str) -> anyhow::Result<()> {
        let started = Instant::now();
        loop {
            let now = self.state(watch).await?;
            if now == state {
                return Ok(());
            }
            if started.elapsed() > PATIENCE {
                bail!("still {now} after {PATIENCE:?}, not {state}");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn told(
        &mut self,
        operation: &str,
        number: &str,
        status: u16,
        before: String,
        watch: &Watch,
        elapsed: Duration,
    ) -> anyhow::Result<()> {
        let step = Step {
            operation: operation.to_owned(),
            number: number.to_owned(),
            status,
            before,
            after: self.state(watch).await?,
            moved: self.moved().await?,
            milliseconds: elapsed.as_secs_f64() * 1000.0,
        };
        self.steps.push(step);
        Ok(())
    }

    /// The money that moved since the last step, in words.
    async fn moved(&mut self) -> anyhow::Result<String> {
        let list = self.control.get(&format!("/transfers?after={}", self.seen)).await?;
        let list = list.context("the ledger cannot be read")?;
        let mut words = Vec::new();
        for transfer in list["items"].as_array().into_iter().flatten() {
            self.seen = transfer["seq"].as_i64().unwrap_or(self.seen);
            let amount = Fen::new(transfer["amount"].as_i64().unwrap_or_default());
            let what = match transfer["phase"].as_str() {
                Some("pending") => "held",
                Some("post") => "paid",
                Some("void") => "released",
                _ => "paid back",
            };
            words.push(format!("{amount} {what}"));
        }
        Ok(if words.is_empty() { "none".to_owned() } else { words.join(", ") })
    }
}

async fn last_transfer(control: &Control) -> anyhow::Result<i64> {
    let mut after = 0;
    loop {
        let list = control.get(&format!("/transfers?most=1000&after={after}")).await?;
        let last = list.as_ref().and_then(|list| list["items"].as_array()?.last()?["seq"].as_i64());
        match last {
            Some(last) => after = last,
            None => return Ok(after),
        }
    }
}

async fn balances(control: &Control) -> anyhow::Result<Vec<Balance>> {
    let ledger = control.get("/ledger").await?.context("the ledger cannot be read")?;
    let fen = |value: &Json| Fen::new(value.as_i64().unwrap_or_default());
    let balance = |account: &Json| Balance {
        account: account["id"].as_str().unwrap_or_default().to_owned(),
        balance: fen(&account["balance"]),
        held: fen(&account["debits"]["pending"]),
    };
    Ok(ledger["items"].as_array().into_iter().flatten().map(balance).collect())
}
