//! The trades of a day: payments, refunds and reversals, each on the day on which it happened.

use std::collections::BTreeMap;

use redress_api::{Day, Fen, Timestamp};

use super::print::Table;
use super::{Which, made_at};
use crate::command::Broken;
use crate::order::Order;
use crate::refund::{Refund, Status};

/// What a line says of money that goes back.
struct Back {
    refund_id: String,
    out_refund_no: String,
    amount: Fen,
    status: &'static str,
    applied: Timestamp,
    settled: Option<Timestamp>,
}

struct Line {
    at: Timestamp,
    order: Order,
    state: &'static str,
    /// 订单金额: what the payer was to pay; nothing in lines of money that goes back.
    amount: Fen,
    back: Option<Back>,
}

/// In which files a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Everywhere,
    WithRefunds,
    AmongRefundsAlone,
}

impl Stands {
    fn stands_in(self, which: Which) -> bool {
        match self {
            Self::Everywhere => true,
            Self::WithRefunds => which != Which::Payments,
            Self::AmongRefundsAlone => which == Which::Refunds,
        }
    }
}

/// A column: its name, where it stands, and what a line has in it.
type Column = (&'static str, Stands, fn(&Line) -> String);

const COLUMNS: &[Column] = {
    use Stands::{AmongRefundsAlone, Everywhere, WithRefunds};
    &[
        ("交易时间", Everywhere, |line| line.at.in_statements()),
        ("公众账号ID", Everywhere, |line| line.order.appid.to_string()),
        ("商户号", Everywhere, |line| line.order.mchid.to_string()),
        ("特约商户号", Everywhere, |line| or(line.order.sub_mchid.as_ref(), "0")),
        ("设备号", Everywhere, |_| String::new()),
        ("微信订单号", Everywhere, |line| or(line.order.transaction_id.as_ref(), "")),
        ("商户订单号", Everywhere, |line| line.order.out_trade_no.to_string()),
        ("用户标识", Everywhere, |line| or(line.order.payer.as_ref(), "")),
        ("交易类型", Everywhere, |line| line.order.trade_type.to_string()),
        ("交易状态", Everywhere, |line| line.state.to_owned()),
        ("付款银行", Everywhere, |_| "OTHERS".to_owned()),
        ("货币种类", Everywhere, |_| "CNY".to_owned()),
        ("应结订单金额", Everywhere, |line| line.amount.to_string()),
        ("代金券金额", Everywhere, |_| Fen::ZERO.to_string()),
        ("退款申请时间", AmongRefundsAlone, |line| {
            line.back.as_ref().map_or_else(String::new, |back| back.applied.in_statements())
        }),
        ("退款成功时间", AmongRefundsAlone, |line| {
            let settled = line.back.as_ref().and_then(|back| back.settled);
            settled.map_or_else(String::new, Timestamp::in_statements)
        }),
        ("微信退款单号", WithRefunds, |line| {
            or(line.back.as_ref().map(|b| &b.refund_id), "0")
        }),
        ("商户退款单号", WithRefunds, |line| {
            or(line.back.as_ref().map(|b| &b.out_refund_no), "0")
        }),
        ("退款金额", WithRefunds, |line| line.returned().to_string()),
        ("充值券退款金额", WithRefunds, |_| Fen::ZERO.to_string()),
        ("退款类型", WithRefunds, |line| or(line.back.as_ref().map(|_| &"ORIGINAL"), "")),
        ("退款状态", WithRefunds, |line| or(line.back.as_ref().map(|back| &back.status), "")),
        ("商品名称", Everywhere, |line| line.order.description.clone()),
        ("商户数据包", Everywhere, |line| or(line.order.attach.as_ref(), "")),
        ("手续费", Everywhere, |_| FEE.to_owned()),
        ("费率", Everywhere, |_| "0.00%".to_owned()),
        ("订单金额", Everywhere, |line| line.amount.to_string()),
        ("申请退款金额", WithRefunds, |line| line.returned().to_string()),
        ("费率备注", Everywhere, |_| String::new()),
    ]
};

/// Nobody pays fees here.
const FEE: &str = "0.00000";

fn or<T: ToString>(value: Option<&T>, absent: &str) -> String {
    value.map_or_else(|| absent.to_owned(), T::to_string)
}

impl Line {
    fn returned(&self) -> Fen {
        self.back.as_ref().map_or(Fen::ZERO, |back| back.amount)
    }
}

/// The trades of a day, as they are collected.
pub struct Trades {
    day: Day,
    which: Which,
    /// By time, then by number, then payments before what goes back.
    lines: BTreeMap<(Timestamp, String, bool, String), Line>,
}

impl Trades {
    /// None yet.
    #[must_use]
    pub const fn new(day: Day, which: Which) -> Self {
        Self { day, which, lines: BTreeMap::new() }
    }

    /// Takes what an order has on this day: its payment, its reversal, both, or neither. An order
    /// that nobody paid is in no statement.
    pub fn order(&mut self, order: &Order) {
        let Some(paid) = order.success_time else { return };
        if self.has(paid) && self.which != Which::Refunds {
            self.add(Line {
                at: paid,
                order: order.clone(),
                state: "SUCCESS",
                amount: order.amount,
                back: None,
            });
        }
        if let Some(revoked) = order.revoke_time
            && self.has(revoked)
            && self.which != Which::Payments
        {
            let back = Back {
                refund_id: "0".to_owned(),
                out_refund_no: "0".to_owned(),
                amount: order.amount,
                status: "SUCCESS",
                applied: revoked,
                settled: Some(revoked),
            };
            self.add(Line {
                at: revoked,
                order: order.clone(),
                state: "REVOKED",
                amount: Fen::ZERO,
                back: Some(back),
            });
        }
    }

    /// Whether a refund belongs to this day: the day on which it was taken on.
    #[must_use]
    pub fn wants(&self, refund: &Refund) -> bool {
        self.which != Which::Payments && self.has(refund.create_time)
    }

    /// Takes a refund of an order.
    pub fn refund(&mut self, refund: &Refund, order: &Order) {
        if !self.wants(refund) {
            return;
        }
        let settled = refund.success_time.filter(|at| *at <= made_at(self.day));
        let status = match (settled, refund.status) {
            (Some(_), _) => "SUCCESS",
            (None, Status::Abnormal | Status::Closed) => "FAIL",
            (None, Status::Processing | Status::Success) => "PROCESSING",
        };
        let back = Back {
            refund_id: refund.refund_id.to_string(),
            out_refund_no: refund.out_refund_no.to_string(),
            amount: refund.content.amount,
            status,
            applied: refund.create_time,
            settled,
        };
        self.add(Line {
            at: refund.create_time,
            order: order.clone(),
            state: "REFUND",
            amount: Fen::ZERO,
            back: Some(back),
        });
    }

    fn has(&self, moment: Timestamp) -> bool {
        Day::of(moment) == self.day
    }

    fn add(&mut self, line: Line) {
        let number = or(line.order.transaction_id.as_ref(), "");
        let refund = or(line.back.as_ref().map(|back| &back.refund_id), "");
        self.lines.insert((line.at, number, line.back.is_some(), refund), line);
    }

    /// The file; none if nothing happened on that day.
    ///
    /// # Errors
    /// If a sum overflows.
    pub fn finish(self) -> Result<Option<String>, Broken> {
        if self.lines.is_empty() {
            return Ok(None);
        }
        let which = self.which;
        let columns: Vec<&Column> =
            COLUMNS.iter().filter(|(_, stands, _)| stands.stands_in(which)).collect();
        let mut table = Table::default();
        table.head(columns.iter().map(|(name, ..)| *name));
        let (mut paid, mut returned) = (Fen::ZERO, Fen::ZERO);
        let overflows = || Broken("a sum of a statement overflows".to_owned());
        for line in self.lines.values() {
            table.row(columns.iter().map(|(.., value)| value(line)));
            paid = paid.plus(line.amount).ok_or_else(overflows)?;
            returned = returned.plus(line.returned()).ok_or_else(overflows)?;
        }
        let (paid, returned) = (paid.to_string(), returned.to_string());
        let sums = [
            ("总交易单数", Stands::Everywhere, self.lines.len().to_string()),
            ("应结订单总金额", Stands::Everywhere, paid.clone()),
            ("退款总金额", Stands::WithRefunds, returned.clone()),
            ("充值券退款总金额", Stands::WithRefunds, Fen::ZERO.to_string()),
            ("手续费总金额", Stands::Everywhere, FEE.to_owned()),
            ("订单总金额", Stands::Everywhere, paid),
            ("申请退款总金额", Stands::WithRefunds, returned),
        ];
        let sums: Vec<_> =
            sums.into_iter().filter(|(_, stands, _)| stands.stands_in(which)).collect();
        table.head(sums.iter().map(|(name, ..)| *name));
        table.row(sums.into_iter().map(|(.., sum)| sum));
        Ok(Some(table.into_text()))
    }
}
