//! The demo world: the merchants and orders whose numbers the documentation's samples use.

use std::path::PathBuf;
use std::sync::Arc;

use redress_api::{Fen, Mchid};
use redress_core::Find;
use redress_core::merchant::{AccountKind, Merchant, Register, Relate, Relation, Role, TopUp};
use redress_core::order::{Outcome, Place, TradeType};
use redress_store::Failure;

use crate::app::App;
use crate::folder::{self, FolderError};

/// A platform merchant and e-commerce service provider.
pub const PLATFORM: &str = "1900001108";
/// The entity that the platform is authorised to debit.
pub const SPONSOR: &str = "1900001109";
/// A sub-merchant of the platform.
pub const SUB_MERCHANT: &str = "1900013401";
/// A direct merchant.
pub const DIRECT: &str = "1230000109";

const DIRECT_APPID: &str = "wxd678efh567hg6787";
const PLATFORM_APPID: &str = "wx8888888888888888";
/// One million yuan.
const SPONSOR_FUNDS: Fen = Fen::new(100_000_000);
/// One hundred thousand yuan, for subsidies and sub-merchants' compensations.
const OPERATION_FUNDS: Fen = Fen::new(10_000_000);

/// Why the demo world could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A file.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The store.
    #[error("the demo world could not be stored: {0}")]
    Store(#[from] Failure),
    /// The database knows a merchant by a certificate that the folder does not have.
    #[error(
        "{} is not the data folder of this database: merchant {mchid} has another certificate \
         there, or none; nodes that share a database share its folder, or have copies of it",
        data.display()
    )]
    Foreign {
        /// The data folder.
        data: PathBuf,
        /// The merchant.
        mchid: Mchid,
    },
}

/// Makes whatever of the demo world is not there. What is there stays as it is, so it can be run
/// at each start, also after one that was cut short.
pub(crate) async fn make(app: &App) -> Result<(), WorldError> {
    // At once: most of the time goes into their keys.
    tokio::try_join!(
        merchant(app, PLATFORM, "平台商户", &[Role::Platform, Role::Ecommerce], PLATFORM_APPID),
        merchant(app, SPONSOR, "出资商户", &[Role::Direct], PLATFORM_APPID),
        merchant(app, SUB_MERCHANT, "二级商户", &[Role::SubMerchant], PLATFORM_APPID),
        merchant(app, DIRECT, "直连商户", &[Role::Direct], DIRECT_APPID),
    )?;
    relate(app, SPONSOR, Relation::Sponsor).await?;
    relate(app, SUB_MERCHANT, Relation::SubMerchant).await?;
    fund(app, SPONSOR, AccountKind::Basic, SPONSOR_FUNDS).await?;
    fund(app, PLATFORM, AccountKind::Operation, OPERATION_FUNDS).await?;
    for order in orders() {
        match app.execute(order).await {
            Ok(_) | Err(Failure::Refused(_)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(())
}

fn number(mchid: &str) -> Mchid {
    mchid.parse().expect("the demo world's numbers are valid")
}

async fn merchant(
    app: &App,
    mchid: &str,
    name: &str,
    roles: &[Role],
    appid: &str,
) -> Result<(), WorldError> {
    let mchid = number(mchid);
    if let Some(known) = app.read(Find::<Merchant>::new(mchid.as_str())).await? {
        return belongs(app, &known);
    }
    let merchant = Merchant {
        name: name.to_owned(),
        roles: roles.iter().copied().collect(),
        appids: [appid.parse().expect("the demo world's appids are valid")].into(),
        ..Merchant::new(mchid)
    };
    register(app, merchant).await?;
    Ok(())
}

/// Whether the folder is the one that the database was made with. A database in the folder is.
fn belongs(app: &App, known: &Merchant) -> Result<(), WorldError> {
    let serial = match app.store.is_shared() {
        true => folder::serial_of(&app.data, &known.mchid)?,
        false => return Ok(()),
    };
    if known.credentials.iter().any(|known| Some(&known.serial_no) == serial.as_ref()) {
        return Ok(());
    }
    Err(WorldError::Foreign { data: app.data.clone(), mchid: known.mchid.clone() })
}

/// Makes a merchant's keys and folder, then the merchant.
pub(crate) async fn register(app: &App, merchant: Merchant) -> Result<Merchant, WorldError> {
    let (data, platform, base_url) =
        (app.data.clone(), Arc::clone(&app.platform), app.base_url.clone());
    let (mchid, appid) = (merchant.mchid.clone(), merchant.appids.first().cloned());
    // Making a key takes a tenth of a second of one core.
    let made = tokio::task::spawn_blocking(move || {
        let appid = appid.as_ref().map(redress_api::Appid::as_str);
        folder::make_merchant(&data, &platform, &mchid, appid, &base_url, crate::clock::wall())
    });
    let credential = made.await.map_err(|e| FolderError::new(&app.data, e))??;
    Ok(app.execute(Register(Merchant { credentials: vec![credential], ..merchant })).await?)
}

/// Credits an account that nothing has ever moved.
async fn fund(app: &App, mchid: &str, account: AccountKind, amount: Fen) -> Result<(), WorldError> {
    let mchid = number(mchid);
    let id = account.of(&mchid);
    if app.store.transfers(Some(id.as_str()), None, 0, 1).await?.is_empty() {
        app.execute(TopUp { mchid, amount, account }).await?;
    }
    Ok(())
}

async fn relate(app: &App, merchant: &str, relation: Relation) -> Result<(), WorldError> {
    let command = Relate { platform: number(PLATFORM), merchant: number(merchant), relation };
    app.execute(command).await?;
    Ok(())
}

/// The orders that the pages' samples name.
fn orders() -> [Place; 3] {
    let order = |mchid: &str, out_trade_no: &str, trade_type, amount| Place {
        mchid: number(mchid),
        sub_mchid: None,
        appid: DIRECT_APPID.parse().expect("the demo world's appids are valid"),
        out_trade_no: out_trade_no.parse().expect("the demo world's numbers are valid"),
        transaction_id: None,
        trade_type,
        outcome: Outcome::Paid,
        amount: Fen::new(amount),
        payer: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".to_owned(),
        profit_sharing: false,
        subsidy_amount: None,
        refunded: None,
    };
    let of_platform = |out_trade_no, transaction_id: &str, amount| Place {
        appid: PLATFORM_APPID.parse().expect("the demo world's appids are valid"),
        sub_mchid: Some(number(SUB_MERCHANT)),
        transaction_id: Some(transaction_id.parse().expect("the demo world's numbers are valid")),
        ..order(PLATFORM, out_trade_no, TradeType::Jsapi, amount)
    };
    [
        order(DIRECT, "1217752501201407033233368018", TradeType::Micropay, 8_800),
        of_platform("demo20261121compensated", "1217752501201407033233368018", 25_800),
        Place {
            profit_sharing: true,
            subsidy_amount: Some(Fen::new(1_000)),
            refunded: Some(Fen::new(2_000)),
            ..of_platform("demo20261121subsidised", "4208450740201411110007820472", 10_000)
        },
    ]
}
