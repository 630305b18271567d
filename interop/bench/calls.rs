//! Bills with this repository's client, as many as a line of stdin says: each is created and
//! queried. Answers a line with the CPU time that it took. `run.py` runs this.

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;

use redress::api::Fen;
use redress::api::compensation::{Create, Query, Receiver};
use redress::{Client, Merchant, PRODUCTION};
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(answer())
}

async fn answer() -> Result<(), Box<dyn Error>> {
    let merchants = PathBuf::from(env::var_os("REDRESS_MERCHANTS").ok_or("run by `run.py`")?);
    let merchant = Merchant::from_folder(merchants.join("1900001108"))?;
    // As the others do: the provider's own host, by the proxy of the environment.
    let client = Client::builder(merchant).base_url(PRODUCTION).build()?;
    let mut count = 0;
    for line in io::stdin().lines() {
        let bills: u32 = line?.parse()?;
        let began = cpu_nanoseconds();
        for _ in 0..bills {
            count += 1;
            bill(&client, &format!("rust{count}")).await?;
        }
        let took = cpu_nanoseconds() - began;
        writeln!(io::stdout(), "{{\"calls\": {}, \"cpu_ns\": {took}}}", 2 * bills)?;
    }
    Ok(())
}

async fn bill(client: &Client, number: &str) -> Result<(), Box<dyn Error>> {
    let create = Create {
        receiver: Receiver::transaction_user("1217752501201407033233368018".parse()?),
        out_bill_no: number.parse()?,
        amount: Fen::new(1),
        transfer_remark: "直播违规扣罚".parse()?,
        sponsor_mchid: "1900001109".parse()?,
        transfer_scene_id: Some("1001".parse()?),
        user_recv_perception: Some("退货运费补偿".parse()?),
    };
    let created = client.send(&create).await?;
    let queried = client.send(&Query { out_bill_no: number.parse()? }).await?;
    assert_eq!((queried.bill_id, queried.amount), (created.bill_id, Fen::new(1)));
    Ok(())
}

/// The CPU time of this process, in all of its threads.
fn cpu_nanoseconds() -> i64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}
