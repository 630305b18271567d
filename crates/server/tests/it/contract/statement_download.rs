//! `GET /v3/billdownload/file`: a statement's file.

use std::io::Read as _;

use redress_crypto::sha1_hex;
use serde_json::json;

use super::{NO_AUTH, download, next_morning};
use crate::world::World;

const PATH: &str = "/v3/billdownload/file";
const STALE: (u16, &str, &str) = (400, "INVALID_REQUEST", "下载地址无效或已过期，请重新申请账单");

#[tokio::test]
async fn a_file_is_not_signed_and_is_what_its_hash_says() {
    let world = World::start().await;
    let day = next_morning(&world).await;
    let target = format!("/v3/bill/tradebill?bill_date={day}");
    let applied = world.ok(&world.direct.get(&target)).await;
    let plain = download(&world, &world.direct, &applied).await;
    assert_eq!(plain.status, 200);
    assert!(plain.header("Request-Id").unwrap().ends_with("-0"));
    assert_eq!(plain.header("Content-Type"), Some("text/plain; charset=utf-8"));
    assert!(!plain.head.to_ascii_lowercase().contains("wechatpay-"), "{}", plain.head);
    assert_eq!(applied["hash_value"], sha1_hex(&plain.body));

    let packed = world.ok(&world.direct.get(&format!("{target}&tar_type=GZIP"))).await;
    assert_eq!(packed["hash_value"], applied["hash_value"], "of the file before it is packed");
    assert!(packed["download_url"].as_str().unwrap().ends_with("&tartype=gzip"));
    let packed = download(&world, &world.direct, &packed).await;
    assert_eq!(packed.header("Content-Type"), Some("application/gzip"));
    assert!(!packed.head.to_ascii_lowercase().contains("wechatpay-"));
    assert_ne!(packed.body, plain.body);
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&*packed.body).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
    // As often as one likes.
    assert_eq!(download(&world, &world.direct, &applied).await.body, plain.body);
}

#[tokio::test]
async fn an_address_is_good_for_five_minutes_and_for_its_merchant() {
    let world = World::start().await;
    let day = next_morning(&world).await;
    let target = format!("/v3/bill/fundflowbill?bill_date={day}");
    let applied = world.ok(&world.direct.get(&target)).await;
    let url = applied["download_url"].as_str().unwrap();
    let address = url.strip_prefix(world.server.base_url()).unwrap().to_owned();
    let foreign = (403, "NO_AUTH", "请求的商户与申请账单的商户不一致");
    world.refused(&world.platform.get(&address), foreign).await;
    world.refused(&world.sub_merchant.get(&address), NO_AUTH).await;
    let unsigned = world.direct.get(&address).without("Authorization");
    assert_eq!(world.send(&unsigned).await.status, 401, "the address alone is not enough");

    let changed = format!("{}A", &address[..address.len() - 1]);
    let short = address[..PATH.len() + 10].to_owned();
    let words = ["x", "%00", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"].map(|t| format!("{PATH}?token={t}"));
    for target in words.into_iter().chain([changed, short]) {
        world.refused(&world.direct.get(&target), STALE).await;
    }
    let message = "输入源“/query/token”映射到字段“token”必填性规则校验失败，此字段为必填项";
    world.refused(&world.direct.get(PATH), (400, "PARAM_ERROR", message)).await;
    let message =
        "输入源“/query/tartype”映射到值字段“tartype”枚举规则校验失败，此字段的可选取值为“gzip”";
    let target = format!("{address}&tartype=zip");
    world.refused(&world.direct.get(&target), (400, "PARAM_ERROR", message)).await;

    world.step(290).await;
    assert_eq!(download(&world, &world.direct, &applied).await.status, 200);
    world.step(10).await;
    world.refused(&world.direct.get(&address), STALE).await;

    // Tickets end with the server that gave them; where several share a world, any of them serves
    // what another gave.
    let applied = world.ok(&world.direct.get(&target_of(day))).await;
    let world = world.restart().await;
    let url = applied["download_url"].as_str().unwrap();
    let address = &url[url.find(PATH).unwrap()..];
    if std::env::var_os(crate::engine::ENGINE).is_none() {
        world.refused(&world.direct.get(address), STALE).await;
    } else {
        let bytes = world.direct.get(address).bytes();
        let file = crate::wire::exchange(world.address(), &bytes).await.expect("an answer");
        assert_eq!(file.status, 200);
    }
    assert_eq!(json!(applied["hash_type"]), "SHA1");
}

fn target_of(day: redress_api::Day) -> String {
    format!("/v3/bill/tradebill?bill_date={day}")
}
