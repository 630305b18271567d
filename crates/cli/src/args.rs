//! The command line.

mod behaviour;
mod bench;
mod bill;
mod ca;
mod control;
mod exec;
mod explain;
mod fault;
mod keys;
mod message;
mod notify;
mod profile;
mod requests;
mod wait;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand};
use redress::api::compensation::{TransferRemark, TransferSceneId, UserRecvPerception};
use redress::api::subsidy::CancelDescription;
use redress::api::{Appid, Mchid, NotifyUrl, OutBillNo, OutTradeNo, TransactionId};
use redress_store::Location;

pub(crate) use self::behaviour::Behaviour;
pub(crate) use self::bench::{Bench, BenchCompare, BenchRun, Cpus, Rate};
pub(crate) use self::bill::{Bill, BillFile};
pub(crate) use self::ca::{Ca, CaHelp, CaShow, Language, Os};
pub(crate) use self::control::{Clock, PathId, Pay, Reach};
pub(crate) use self::exec::Exec;
pub(crate) use self::explain::{Explain, Lang};
pub(crate) use self::fault::{Arm, Fault};
pub(crate) use self::keys::{Doctor, Keys, KeysCheck, KeysNew, KeysShow};
pub(crate) use self::message::{Message, MessageOpen, MessageSign, MessageVerify};
pub(crate) use self::notify::{List, Listen, Notify, OneNotice, Send, SetUrl};
pub(crate) use self::profile::{Profile, ProfileAdd, ProfileName};
pub(crate) use self::requests::{ListRequests, OneRequest, Requests, Search};
pub(crate) use self::wait::Wait;

/// WeChat Pay APIv3 on your own machine: a stand-in server with real signatures and a real
/// ledger, and a client for it and for the real service.
///
/// Start with `redress demo`, or `redress serve` and then `redress compensate query plfk2020042013`
/// in another terminal.
#[derive(Debug, Parser)]
#[command(name = "redress", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Args {
    /// Say more on stderr; twice for more still. RUST_LOG has the last word.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// For commands that call: act as this profile; the one in use when left out.
    #[arg(long, value_name = "NAME", global = true, env = "REDRESS_PROFILE")]
    pub(crate) profile: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve, with everything kept in one folder. The first start makes keys, merchants, orders.
    Serve(Serve),
    /// Run a command that talks to WeChat Pay, and let it talk to a server of its own instead.
    ///
    /// The command finds the server by the variables for proxies and certificate authorities that
    /// its language reads: the hosts in it, and its checks, stay as they are. The proxy refuses
    /// every other host. Exits with the command's status.
    #[command(after_help = "Examples:\n  redress exec -- python shop.py\n  \
        redress exec --ci -- npm test\n  \
        redress exec -- redress compensate query plfk2020042013")]
    Exec(Exec),
    /// Run the five operations for real against a server of its own, and show the ledger.
    Demo(Output),
    /// Delete a data folder, after asking.
    Reset(Reset),
    /// Recompute every invariant from the transfers of a data folder. Works beside a server.
    ///
    /// Exits 0 if all hold, 1 if not.
    Verify(Verify),
    /// Send any request, signed with a merchant's key, and show the verified answer.
    ///
    /// Exits 0 if the answer is a success, 1 if not.
    Call(Call),
    /// Profiles: merchants by name, and whether they are for real.
    ///
    /// Another host than this machine is called only for a profile that was added with --live.
    /// Flags come before the environment, the environment before the profile. They are kept in
    /// redress/profiles.json in the folder for settings, or in the file that REDRESS_CONFIG names.
    #[command(subcommand)]
    Profile(Profile),
    /// Look for what keeps a merchant's calls from succeeding: files, keys, serial numbers, names,
    /// connections, clocks, signatures. A line for each, with what to do.
    ///
    /// Nothing that it sends has an effect. Exits 0 without a problem, 1 with one.
    Doctor(Doctor),
    /// Keys and certificates: make, show, compare them.
    #[command(subcommand)]
    Keys(Keys),
    /// Messages in files: sign a request, check an answer or a callback, open what is sealed.
    ///
    /// Works offline. Keys come from the merchant's folder and never stand on the command line.
    #[command(subcommand)]
    Message(Message),
    /// Say which mistake a wrong signature was made with, by proof.
    ///
    /// Works offline, on a captured request or answer and public keys. Exits 0 if the signature is
    /// good, 1 if not, 2 if the capture or a key cannot be read.
    #[command(
        after_help = "Examples:\n  redress explain request.http --key apiclient_cert.pem\n  \
        redress explain - --data ./redress-data --lang zh < request.http\n  \
        redress explain --answer callback.http --key wxp_pub.pem"
    )]
    Explain(Explain),
    /// Compensations (赔付): create, pre-transfer, query, cancel.
    #[command(subcommand)]
    Compensate(Compensate),
    /// Reverse a code payment (撤销).
    Reverse(Reverse),
    /// Subsidies (补差): cancel.
    #[command(subcommand)]
    Subsidy(Subsidy),
    /// Statements (对账单): apply for one, download it, check its hash, show or save it.
    #[command(subcommand)]
    Bill(Bill),
    /// Callbacks (回调通知): receive, check and answer them; look after those that a server sends.
    #[command(subcommand)]
    Notify(Notify),
    /// The last requests that a running server has answered: list them, follow them, show one
    /// whole, with the reason why its signature was refused.
    #[command(subcommand)]
    Requests(Requests),
    /// Act as the payer: show a code, pay an order, confirm a compensation.
    #[command(subcommand)]
    Pay(Pay),
    /// Faults on demand (故障): have a running server go wrong, before it has done what was asked or
    /// after it.
    #[command(
        subcommand,
        after_help = "Examples:\n  redress fault arm reset_after --method POST --times 1\n  \
            redress fault arm status --status 503 --probability 0.1 --seed 1\n  \
            redress fault arm slow --delay-ms 6000 --path /v3/pay/transactions/codepay\n  \
            redress fault clear"
    )]
    Fault(Fault),
    /// Business time of a running server: show it, step it.
    ///
    /// Expiry, deadlines, retries and the times in answers follow it. Signatures stay on the wall
    /// clock, because clients refuse anything else.
    #[command(subcommand)]
    Clock(Clock),
    /// The local CA that signs the server's certificate: show it, learn how to trust it.
    #[command(subcommand)]
    Ca(Ca),
    /// Measure how fast a server is, against what its processors can sign.
    ///
    /// Starts a server in a temporary folder, sends it requests that were signed before, and takes
    /// the time. R is how many RSA-2048 signatures a second one core makes, S the time of one; both
    /// are measured in the same run. Exits 1 if a request failed.
    #[command(
        subcommand,
        after_help = "Examples:\n  redress bench create --server-cpus 0 --load-cpus 1\n  \
            redress bench create --rate 0.25R --html create.html\n  \
            redress bench hot --json > hot.json\n  \
            redress bench compare before.json after.json"
    )]
    Bench(Bench),
    /// List what no page of the documentation says and was chosen here.
    Assumptions(Output),
    /// Print the man page, or write one for each command into a folder.
    Man {
        /// The folder: redress.1, redress-call.1, …
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Print the completions of a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// How results are printed.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(crate) struct Output {
    /// Print JSON, for programs.
    #[arg(long, env = "REDRESS_JSON")]
    pub(crate) json: bool,
}

/// The folder that a server keeps everything in.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Data {
    /// The data folder.
    #[arg(long, value_name = "DIR", env = "REDRESS_DATA", default_value = "./redress-data")]
    pub(crate) data: PathBuf,
}

/// Where a world is kept.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Kept {
    /// Where the world is kept: postgres://user@host/database, or the path of an SQLite file. When
    /// left out, redress.db in the data folder.
    #[arg(long, value_name = "STORE", env = "REDRESS_STORE", hide_env_values = true)]
    pub(crate) store: Option<Location>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(crate) kept: Kept,
    /// Where to listen, for HTTP, HTTPS and as a proxy; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", env = "REDRESS_LISTEN", default_value = "127.0.0.1:8790")]
    pub(crate) listen: SocketAddr,
    /// Where the standby site (api2.…) listens besides. Without it, only its names lead to it.
    #[arg(long, value_name = "ADDRESS", env = "REDRESS_STANDBY")]
    pub(crate) standby: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) behaviour: Behaviour,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Reset {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Do not ask.
    #[arg(long, short, env = "REDRESS_YES")]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(crate) kept: Kept,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Which merchant.
#[derive(Clone, Debug, ClapArgs)]
#[command(next_help_heading = "Merchant")]
pub(crate) struct Who {
    /// The merchant's folder: apiclient_key.pem, wxp_pub.pem, merchant.json.
    #[arg(long, value_name = "DIR", env = "REDRESS_MERCHANT")]
    pub(crate) merchant: Option<PathBuf>,
    /// The merchant's number, to find its folder under --data.
    #[arg(long, env = "REDRESS_MCHID")]
    pub(crate) mchid: Option<Mchid>,
    /// The data folder; ./redress-data when left out.
    #[arg(long, value_name = "DIR", env = "REDRESS_DATA")]
    pub(crate) data: Option<PathBuf>,
    #[arg(from_global)]
    pub(crate) profile: Option<String>,
}

impl Who {
    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new("./redress-data"))
    }
}

/// Who calls, and whom.
#[derive(Clone, Debug, ClapArgs)]
#[command(next_help_heading = "Caller")]
pub(crate) struct Caller {
    #[command(flatten)]
    pub(crate) who: Who,
    /// Call this host instead of the profile's or the one in merchant.json. Another than this
    /// machine is called for a live profile only.
    #[arg(long, value_name = "URL", env = "REDRESS_BASE_URL")]
    pub(crate) base_url: Option<String>,
    /// How long a call may take in all, in seconds.
    #[arg(long, value_name = "SECONDS", env = "REDRESS_TIMEOUT", default_value_t = 10)]
    pub(crate) timeout: u64,
    /// Send nothing. Print a curl command line that sends the same, signed for the next five
    /// minutes, for a POSIX shell.
    #[arg(long)]
    pub(crate) curl: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Call {
    /// The method.
    pub(crate) method: http::Method,
    /// The path with its query, exactly as it is to be signed and sent: /v3/…
    pub(crate) path: String,
    /// The body, exactly as it is to be signed and sent. @FILE reads a file, @- stdin.
    #[arg(long, value_name = "BODY")]
    pub(crate) json: Option<String>,
    /// Print status and headers too, as JSON on one line.
    #[arg(long, env = "REDRESS_FULL")]
    pub(crate) full: bool,
    #[command(flatten)]
    pub(crate) caller: Caller,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Compensate {
    /// Pay a compensation to the payer of an order (请求赔付).
    Create(CompensateCreate),
    /// Lock a compensation's money, and get the package that leads its payer to the confirmation
    /// (请求赔付预下单).
    PreTransfer(CompensatePreTransfer),
    /// Look a bill up (查询赔付结果).
    Query(CompensateOne),
    /// Cancel a bill that its payer has not confirmed (请求撤销赔付).
    Cancel(CompensateOne),
}

/// What a compensation says.
#[derive(Debug, ClapArgs)]
pub(crate) struct Compensation {
    /// Your number of the bill: 1–32 digits and letters. Use a new one for a new bill only.
    pub(crate) out_bill_no: OutBillNo,
    /// In fen (1/100 yuan).
    #[arg(long, value_name = "FEN", value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) amount: i64,
    /// The order whose payer is paid.
    #[arg(long)]
    pub(crate) transaction_id: TransactionId,
    /// Whose money: the platform itself, or an entity that it may debit.
    #[arg(long, value_name = "MCHID")]
    pub(crate) sponsor: Mchid,
    /// Why, 1–32 characters.
    #[arg(long)]
    pub(crate) remark: TransferRemark,
    /// The transfer scene.
    #[arg(long, value_name = "ID")]
    pub(crate) scene: Option<TransferSceneId>,
    /// What the payer sees, 1–10 characters; needs a scene.
    #[arg(long, requires = "scene")]
    pub(crate) perception: Option<UserRecvPerception>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompensateCreate {
    #[command(flatten)]
    pub(crate) compensation: Compensation,
    #[command(flatten)]
    pub(crate) wait: Wait,
    #[command(flatten)]
    pub(crate) caller: Caller,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompensatePreTransfer {
    #[command(flatten)]
    pub(crate) compensation: Compensation,
    /// The application.
    #[arg(long)]
    pub(crate) appid: Option<Appid>,
    /// Where the success or the close is told: http(s), without a query.
    #[arg(long, value_name = "URL")]
    pub(crate) notify_url: Option<NotifyUrl>,
    #[command(flatten)]
    pub(crate) wait: Wait,
    #[command(flatten)]
    pub(crate) caller: Caller,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CompensateOne {
    /// Your number of the bill.
    pub(crate) out_bill_no: OutBillNo,
    #[command(flatten)]
    pub(crate) wait: Wait,
    #[command(flatten)]
    pub(crate) caller: Caller,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Reverse {
    /// Your number of the order.
    pub(crate) out_trade_no: OutTradeNo,
    /// The application; the one in merchant.json when left out.
    #[arg(long)]
    pub(crate) appid: Option<Appid>,
    #[command(flatten)]
    pub(crate) wait: Wait,
    #[command(flatten)]
    pub(crate) caller: Caller,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Subsidy {
    /// Cancel the subsidy of a refunded order (取消补差).
    Cancel(SubsidyCancel),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SubsidyCancel {
    /// The order.
    pub(crate) transaction_id: TransactionId,
    /// Its sub-merchant.
    #[arg(long)]
    pub(crate) sub_mchid: Mchid,
    /// Why, 1–80 characters.
    #[arg(long)]
    pub(crate) description: CancelDescription,
    #[command(flatten)]
    pub(crate) wait: Wait,
    #[command(flatten)]
    pub(crate) caller: Caller,
    #[command(flatten)]
    pub(crate) output: Output,
}
