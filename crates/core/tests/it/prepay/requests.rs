//! Requests that place orders to be paid.

use redress_api::pay::{self, H5Info, H5Scene, OrderPayer, PayerClientIp, Total};
use redress_api::{Fen, partner};

use crate::scene::{APPID, MALL, PAYER, SHOP, STALL, mchid};

pub(crate) const URL: &str = "https://www.weixin.qq.com/wxpay/pay.php";

pub(crate) fn total(fen: i64) -> Total {
    Total { total: Fen::new(fen), currency: None }
}

pub(crate) fn native(number: &str) -> pay::Native {
    pay::Native {
        appid: APPID.parse().expect("an appid"),
        mchid: mchid(SHOP),
        description: "咖啡".parse().expect("a description"),
        out_trade_no: number.parse().expect("a number"),
        time_expire: None,
        attach: Some("一杯".parse().expect("a text")),
        notify_url: URL.parse().expect("a URL"),
        goods_tag: None,
        support_fapiao: None,
        amount: total(100),
        detail: None,
        scene_info: None,
        settle_info: None,
    }
}

pub(crate) fn jsapi(number: &str, openid: &str) -> pay::Jsapi {
    let native = native(number);
    pay::Jsapi {
        appid: native.appid,
        mchid: native.mchid,
        description: native.description,
        out_trade_no: native.out_trade_no,
        time_expire: native.time_expire,
        attach: native.attach,
        notify_url: native.notify_url,
        goods_tag: native.goods_tag,
        support_fapiao: native.support_fapiao,
        amount: native.amount,
        payer: OrderPayer { openid: openid.parse().expect("an openid") },
        detail: native.detail,
        scene_info: native.scene_info,
        settle_info: native.settle_info,
    }
}

pub(crate) fn app(number: &str) -> pay::App {
    let native = native(number);
    pay::App {
        appid: native.appid,
        mchid: native.mchid,
        description: native.description,
        out_trade_no: native.out_trade_no,
        time_expire: native.time_expire,
        attach: native.attach,
        notify_url: native.notify_url,
        goods_tag: native.goods_tag,
        support_fapiao: native.support_fapiao,
        amount: native.amount,
        detail: native.detail,
        scene_info: native.scene_info,
        settle_info: native.settle_info,
    }
}

pub(crate) fn h5(number: &str) -> pay::H5 {
    let native = native(number);
    let payer_client_ip: PayerClientIp = "127.0.0.1".parse().expect("an address");
    let r#type = "Wap".parse().expect("a type");
    let h5_info =
        H5Info { r#type, app_name: None, app_url: None, bundle_id: None, package_name: None };
    pay::H5 {
        appid: native.appid,
        mchid: native.mchid,
        description: native.description,
        out_trade_no: native.out_trade_no,
        time_expire: native.time_expire,
        attach: native.attach,
        notify_url: native.notify_url,
        goods_tag: native.goods_tag,
        support_fapiao: native.support_fapiao,
        amount: native.amount,
        detail: native.detail,
        scene_info: H5Scene { payer_client_ip, device_id: None, store_info: None, h5_info },
        settle_info: native.settle_info,
    }
}

/// An order of the stall that waits for sharing, with this subsidy.
pub(crate) fn partner_jsapi(number: &str, subsidy: Option<i64>) -> partner::Jsapi {
    let native = native(number);
    partner::Jsapi {
        sp_appid: native.appid,
        sp_mchid: mchid(MALL),
        sub_appid: None,
        sub_mchid: mchid(STALL),
        description: native.description,
        out_trade_no: native.out_trade_no,
        time_expire: None,
        attach: native.attach,
        notify_url: native.notify_url,
        goods_tag: None,
        settle_info: Some(partner::SubsidySettleInfo {
            profit_sharing: Some(true),
            subsidy_amount: subsidy.map(Fen::new),
        }),
        support_fapiao: None,
        amount: native.amount,
        payer: partner::JsapiPayer {
            sp_openid: Some(PAYER.parse().expect("an openid")),
            sub_openid: None,
        },
        detail: None,
        scene_info: None,
    }
}
