//! `redress bill`: applies for a statement, downloads it, checks it, and shows or saves it.

use std::process::ExitCode;

use anyhow::Context as _;
use redress::api::Endpoint;
use redress::api::statement::{FundFlow, Statement, Trade};
use redress_server::DIRECT;
use serde_json::{Map, Value as Json, json};

use crate::args::{Bill, BillFile};
use crate::caller::{builder, client, merchant};
use crate::curl;
use crate::print::{self, Table};

/// What people are shown of a trade, and of a movement. The file has more.
const TRADES: [&str; 6] =
    ["交易时间", "商户订单号", "交易状态", "订单金额", "商户退款单号", "退款金额"];
const FUNDS: [&str; 6] =
    ["记账时间", "业务名称", "收支类型", "收支金额(元)", "账户结余(元)", "业务凭证号"];

pub(crate) async fn run(command: Bill) -> anyhow::Result<ExitCode> {
    match command {
        Bill::Trade(args) => {
            let request = Trade {
                bill_date: args.file.date.clone(),
                bill_type: Some(redress::api::statement::BillType::from(args.kind).into()),
                sub_mchid: args.sub_mchid,
                tar_type: None,
            };
            fetch(&request, &args.file, TRADES).await
        }
        Bill::Fundflow(args) => {
            let request = FundFlow {
                bill_date: args.file.date.clone(),
                account_type: Some(redress::api::statement::AccountType::from(args.account).into()),
                tar_type: None,
            };
            fetch(&request, &args.file, FUNDS).await
        }
    }
}

async fn fetch<E: Endpoint<Response = Statement>>(
    request: &E,
    args: &BillFile,
    shown: [&str; 6],
) -> anyhow::Result<ExitCode> {
    let merchant = merchant(&args.caller.who, Some(DIRECT))?;
    if args.caller.curl {
        return curl::show(&builder(&args.caller, merchant).build()?.sign(request).await?);
    }
    let client = client(&args.caller, merchant)?;
    let statement = client.send(request).await?;
    let file = client.download(&statement).await?;
    if let Some(path) = &args.output {
        std::fs::write(path, &file).with_context(|| format!("writing {}", path.display()))?;
    }
    let text = String::from_utf8(file).context("the file is not UTF-8")?;
    let (records, sums) = parse(&text).context("the file is no statement")?;
    if args.print.json {
        print::json(&json!({
            "hash_type": statement.hash_type,
            "hash_value": statement.hash_value,
            "records": records,
            "sums": sums,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let headings =
        shown.map(|name| if is_amount(name) { format!(">{name}") } else { name.to_owned() });
    let mut table = Table::new(&headings.each_ref().map(String::as_str));
    for record in &records {
        table.row(shown.map(|name| record[name].as_str().unwrap_or_default().to_owned()));
    }
    table.print();
    print::line("");
    print::fields(&sums);
    if let Some(path) = &args.output {
        print::line(&format!(
            "saved as {}; its {} is right",
            path.display(),
            statement.hash_type.word()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn is_amount(name: &str) -> bool {
    ["金额", "结余"].iter().any(|word| name.contains(word))
}

/// The records and the sums of a file: the last two lines are the sums and their names.
fn parse(text: &str) -> Option<(Vec<Json>, Json)> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let (head, rest) = lines.split_first()?;
    let (records, [names, sums]) = rest.split_at_checked(rest.len().checked_sub(2)?)? else {
        return None;
    };
    let records: Option<_> = records.iter().map(|record| named(head, record)).collect();
    Some((records?, named(names, sums)?))
}

/// A line's fields by the names of its columns.
fn named(names: &str, line: &str) -> Option<Json> {
    let fields = line.strip_prefix('`')?.split(",`");
    let fields: Map<String, Json> =
        names.split(',').map(str::to_owned).zip(fields.map(Json::from)).collect();
    Some(Json::Object(fields))
}
