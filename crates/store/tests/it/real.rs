//! A world of the real domain: a merchant, its money, orders and their compensations.

use redress_api::compensation::{Create, Receiver};
use redress_api::{Fen, Mchid};
use redress_core::merchant::{AccountKind, Confirmation, Merchant, Register, Role, TopUp};
use redress_core::order::{Outcome, Place, TradeType};
use redress_core::{Call, Frame};
use redress_store::Store;

use crate::world::{START, at, mchid};

const APPID: &str = "wx8888888888888888";
/// Whoever had something to pay or to confirm has not, so many seconds after the start.
pub(crate) const LATER: i64 = 100_000;

fn merchant() -> Mchid {
    mchid(8)
}

fn order(number: u8) -> Place {
    Place {
        mchid: merchant(),
        sub_mchid: None,
        appid: APPID.parse().unwrap(),
        out_trade_no: format!("order{number}").parse().unwrap(),
        transaction_id: None,
        trade_type: TradeType::Jsapi,
        outcome: if number.is_multiple_of(3) { Outcome::Unpaid } else { Outcome::Paid },
        amount: Fen::new(100),
        payer: format!("payer{}", number % 2),
        profit_sharing: false,
        subsidy_amount: None,
        refunded: (number % 3 == 1).then(|| Fen::new(10)),
    }
}

/// Makes a world of a few orders: some are not paid, some compensated; some compensations wait,
/// some jobs were tried before.
pub(crate) async fn make(store: &Store) {
    let mut seed = 1_000_000;
    let mut next = || {
        seed += 1;
        Frame { now: at(0), seed }
    };
    let registered = Merchant {
        roles: [Role::Platform].into(),
        appids: [APPID.parse().unwrap()].into(),
        confirmation: Confirmation::Required,
        ..Merchant::new(merchant())
    };
    store.execute(Register(registered), next()).await.unwrap();
    let fund = TopUp { mchid: merchant(), amount: Fen::new(1000), account: AccountKind::Basic };
    store.execute(fund, next()).await.unwrap();
    for number in 1..=9 {
        let placed = store.execute(order(number), next()).await.unwrap();
        let Some(paid) = placed.transaction_id else { continue };
        let create = Create {
            receiver: Receiver::transaction_user(paid),
            out_bill_no: format!("bill{number}").parse().unwrap(),
            amount: Fen::new(3),
            transfer_remark: "晚点".parse().unwrap(),
            sponsor_mchid: merchant(),
            transfer_scene_id: None,
            user_recv_perception: None,
        };
        let call = Call { caller: merchant(), request: create };
        store.execute(call, next()).await.unwrap();
    }
    let due = store.claim(at(LATER), START, 60, 5).await.unwrap();
    for (claim, done) in due.claims.iter().zip([true, false, true, false, true]) {
        if done {
            store.complete(claim, Frame { now: at(LATER), ..next() }).await.unwrap();
        }
    }
    let report = store.audit().await.unwrap();
    assert!(report.is_clean(), "{report:?}");
}

/// One more order is paid.
pub(crate) async fn pay(store: &Store, seed: u128) {
    let number = format!("more{seed}");
    let more = Place { out_trade_no: number.parse().unwrap(), ..order(2) };
    store.execute(more, Frame { now: at(LATER), seed }).await.unwrap();
}
