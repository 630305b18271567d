//! What the four prepay endpoints share: the parts of a request, and what they answer.
//!
//! An order is placed first; the payer pays it with what the answer hands out. The same request
//! again answers the same `prepay_id` while it lives, and a new one after its two hours.

use super::codepay::{DeviceId, StoreId};
use crate::draft::request;
use crate::field::message;
use crate::text::text;

text! {
    /// A payer under an application (用户标识), 1–128 characters.
    Openid, Chars 1..=128
}

text! {
    /// What a page or an app starts the payment with (预支付交易会话标识), 1–64 bytes. It lives two
    /// hours.
    PrepayId, Bytes 1..=64
}

text! {
    /// The address of the payer's device, 1–45 characters.
    PayerClientIp, Chars 1..=45
}

text! {
    /// What a store is called, 1–256 characters.
    StoreName, Chars 1..=256
}

text! {
    /// The region of a store, 1–32 characters.
    AreaCode, Chars 1..=32
}

text! {
    /// Where a store is, 1–512 characters.
    StoreAddress, Chars 1..=512
}

text! {
    /// Where a browser pays: `iOS`, `Android`, `Wap`; 1–32 characters.
    SceneType, Chars 1..=32
}

text! {
    /// What an app is called, 1–64 characters.
    AppName, Chars 1..=64
}

text! {
    /// A site or the number of an app, 1–128 characters.
    AppPlace, Chars 1..=128
}

request! {
    /// Who pays.
    pub struct OrderPayer {
        /// The payer's name under the application.
        pub openid: Openid = "用户标识",
    }
}

request! {
    /// Where an order is paid.
    pub struct PrepayScene {
        /// The address of the payer's device.
        pub payer_client_ip: PayerClientIp = "用户终端IP",
        /// The merchant's device.
        pub device_id: Option<DeviceId> = "商户端设备号",
        /// The store.
        pub store_info: Option<PrepayStore> = "商户门店信息",
    }
}

request! {
    /// A store.
    pub struct PrepayStore {
        /// As the merchant knows it.
        pub id: StoreId = "门店编号",
        /// Its name.
        pub name: Option<StoreName> = "门店名称",
        /// Its region.
        pub area_code: Option<AreaCode> = "地区编码",
        /// Its address.
        pub address: Option<StoreAddress> = "详细地址",
    }
}

request! {
    /// Where an order is paid in a browser.
    pub struct H5Scene {
        /// The address of the payer's device.
        pub payer_client_ip: PayerClientIp = "用户终端IP",
        /// The merchant's device.
        pub device_id: Option<DeviceId> = "商户端设备号",
        /// The store.
        pub store_info: Option<PrepayStore> = "商户门店信息",
        /// The browser.
        pub h5_info: H5Info = "H5场景信息",
    }
}

request! {
    /// The browser that an order is paid in.
    pub struct H5Info {
        /// `iOS`, `Android` or `Wap`.
        pub r#type: SceneType = "场景类型",
        /// What the app is called.
        pub app_name: Option<AppName> = "应用名称",
        /// The site.
        pub app_url: Option<AppPlace> = "网站URL",
        /// The app on iOS.
        pub bundle_id: Option<AppPlace> = "iOS平台BundleID",
        /// The app on Android.
        pub package_name: Option<AppPlace> = "Android平台PackageName",
    }
}

message! {
    /// An order is placed.
    pub struct Prepaid {
        /// What the page or the app starts the payment with.
        pub prepay_id: PrepayId = "预支付交易会话标识",
    }
}

message! {
    /// An order is placed.
    pub struct CodeUrl {
        /// What the merchant's code says; the payer scans it.
        pub code_url: String = "二维码链接",
    }
}

message! {
    /// An order is placed.
    pub struct H5Url {
        /// Where the browser goes to pay.
        pub h5_url: String = "支付跳转链接",
    }
}
