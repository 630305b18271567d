//! What every endpoint that places an order to be paid has in common: one contract, five forms.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use crate::caller::{Caller, Draft};
use crate::world::{APPID, PLATFORM_APPID, World};

pub(crate) const PAYER: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
/// Nobody listens there.
const URL: &str = "http://127.0.0.1:9/notify";

/// One of the endpoints.
pub(crate) struct Kind {
    pub(crate) path: &'static str,
    /// Whose it is.
    pub(crate) caller: fn(&World) -> &Caller,
    /// The body for a number.
    pub(crate) body: fn(&str) -> Json,
    /// The one field of the answer, which is what the payer pays by too.
    pub(crate) gives: &'static str,
    /// What a query says.
    pub(crate) trade_type: &'static str,
    /// Whether the merchant says who is to pay.
    pub(crate) names_payer: bool,
}

/// The body of a direct merchant's request, as far as all kinds have it.
pub(crate) fn direct(out_trade_no: &str) -> Json {
    json!({
        "appid": APPID,
        "mchid": DIRECT,
        "description": "Image形象店-深圳腾大-QQ公仔",
        "out_trade_no": out_trade_no,
        "attach": "自定义数据说明",
        "notify_url": URL,
        "amount": { "total": 100, "currency": "CNY" },
        "scene_info": { "payer_client_ip": "14.23.150.211" },
    })
}

/// The body of a service provider's request.
pub(crate) fn partner(out_trade_no: &str) -> Json {
    json!({
        "sp_appid": PLATFORM_APPID,
        "sp_mchid": PLATFORM,
        "sub_mchid": SUB_MERCHANT,
        "description": "Image形象店-深圳腾大-QQ公仔",
        "out_trade_no": out_trade_no,
        "attach": "自定义数据说明",
        "notify_url": URL,
        "amount": { "total": 100 },
        "payer": { "sp_openid": PAYER },
    })
}

impl Kind {
    /// The request, with fields over those of the plain one.
    pub(crate) fn draft(&self, world: &World, number: &str, fields: &Json) -> Draft {
        let mut body = (self.body)(number);
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        (self.caller)(world).post(self.path, &body.to_string())
    }

    fn plain(&self, world: &World, number: &str) -> Draft {
        self.draft(world, number, &json!({}))
    }

    fn is_partner(&self) -> bool {
        self.path.contains("/partner/")
    }

    pub(crate) async fn query(&self, world: &World, number: &str) -> Json {
        let prefix = self.path.rsplit_once('/').unwrap().0;
        let parties = if self.is_partner() {
            format!("sp_mchid={PLATFORM}&sub_mchid={SUB_MERCHANT}")
        } else {
            format!("mchid={DIRECT}")
        };
        let target = format!("{prefix}/out-trade-no/{number}?{parties}");
        world.ok(&(self.caller)(world).get(&target)).await
    }

    async fn close(&self, world: &World, number: &str) {
        let prefix = self.path.rsplit_once('/').unwrap().0;
        let body = if self.is_partner() {
            json!({ "sp_mchid": PLATFORM, "sub_mchid": SUB_MERCHANT })
        } else {
            json!({ "mchid": DIRECT })
        };
        let target = format!("{prefix}/out-trade-no/{number}/close");
        let answer = world.send(&(self.caller)(world).post(&target, &body.to_string())).await;
        assert_eq!(answer.status, 204);
    }

    /// Pays by what was answered.
    pub(crate) async fn pay(&self, world: &World, answer: &Json) -> (u16, Json) {
        let mut pays = json!({ self.gives: answer[self.gives] });
        if !self.names_payer {
            pays["openid"] = PAYER.into();
        }
        world.control("POST", "/pay", &pays.to_string()).await
    }

    /// Placed, shown, asked for again, paid: with the exact answers.
    pub(crate) async fn is_placed_and_paid(&self, shown: &str) {
        let world = World::start().await;
        let draft = self.plain(&world, "prepay01");
        let answer = world.send(&draft).await;
        let given = answer.json();
        let text = given[self.gives].as_str().unwrap();
        assert_eq!(answer.text(), format!(r#"{{"{}":"{text}"}}"#, self.gives));
        assert_eq!(answer.status, 200);

        let query = self.query(&world, "prepay01").await;
        assert_eq!(
            (&query["trade_state"], &query["trade_state_desc"]),
            (&"NOTPAY".into(), &"订单未支付".into())
        );
        for absent in ["transaction_id", "success_time", "payer", "bank_type"] {
            assert_eq!(query.get(absent), None, "{absent}");
        }
        let before = world.state().await;
        assert_eq!(world.ok(&draft).await, given, "the same again");
        world.unchanged_since(&before).await;

        let (status, paid) = self.pay(&world, &given).await;
        assert_eq!((status, &paid["orders"][0]["state"]), (200, &json!("SUCCESS")), "{paid}");
        let query = self.query(&world, "prepay01").await;
        let expected = shown
            .replace("$id", query["transaction_id"].as_str().unwrap())
            .replace("$time", query["success_time"].as_str().unwrap());
        assert_eq!(query.to_string(), expected);
        assert_eq!(query["trade_type"], self.trade_type);
        assert_eq!(self.pay(&world, &given).await.0, 409, "paid once");
        let used = (403, "OUT_TRADE_NO_USED", "201 商户订单号重复");
        world.refused(&draft, used).await;
        world.verify().await;
    }

    /// What a number leads to in the end, over two hours and a restart.
    pub(crate) async fn is_asked_for_again(&self) {
        let world = World::start().await;
        let draft = self.plain(&world, "prepay11");
        let first = world.ok(&draft).await;
        let differs = (400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致");
        for other in [
            json!({ "amount": { "total": 101 } }),
            json!({ "description": "其他" }),
            json!({ "notify_url": "http://127.0.0.1:9/other" }),
            json!({ "support_fapiao": true }),
        ] {
            let other = self.draft(&world, "prepay11", &other);
            world.refused(&other, differs).await;
            super::contract::numbered(&world, &other, 268_498_688).await;
        }
        world.step(2 * 3600).await;
        let second = world.ok(&draft).await;
        assert_ne!(second, first);
        assert_eq!(self.pay(&world, &first).await.0, 409);
        let mut unknown = second.clone();
        let text = unknown[self.gives].as_str().unwrap().replacen("wx", "wy", 1);
        let (head, tail) = text.split_at(text.len() - 1);
        unknown[self.gives] = format!("{head}x{tail}").into();
        assert_eq!(self.pay(&world, &unknown).await.0, 404);

        let world = world.restart().await;
        assert_eq!(world.ok(&self.plain(&world, "prepay11")).await, second);
        assert_eq!(self.pay(&world, &second).await.0, 200);

        let given = world.ok(&self.plain(&world, "prepay12")).await;
        self.close(&world, "prepay12").await;
        let closed = (400, "ORDER_CLOSED", "订单已关闭，请重新下单");
        world.refused(&self.plain(&world, "prepay12"), closed).await;
        assert_eq!(self.pay(&world, &given).await.0, 409);

        // Nobody pays it in its time.
        let minute =
            self.draft(&world, "prepay13", &json!({ "time_expire": "2020-01-01T00:00:00+08:00" }));
        let given = world.ok(&minute).await;
        world.step(60).await;
        assert_eq!(self.pay(&world, &given).await.0, 409);
        let over = (400, "INVALID_REQUEST", "已超过支付结束时间，请使用新的商户订单号下单");
        world.refused(&minute, over).await;
        world.verify().await;
    }

    /// Sixteen at once make one order, and hear the same.
    pub(crate) async fn has_one_order_of_sixteen_twins(&self) {
        let world = World::start().await;
        let mut sent = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (bytes, address) = (self.plain(&world, "prepay21").bytes(), world.address());
            sent.spawn(async move { crate::wire::exchange(address, &bytes).await.unwrap() });
        }
        let answers = sent.join_all().await;
        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
        assert!(answers.iter().all(|answer| answer.text() == answers[0].text()));
        let (status, _) = self.pay(&world, &answers[0].json()).await;
        assert_eq!(status, 200);
        world.verify().await;
    }

    /// Who may not place it, and what is wrong with a request.
    pub(crate) async fn is_refused(&self, mchid: &str, appid: &str, notify_url: &str) {
        let world = World::start().await;
        let body = (self.body)("prepay31").to_string();
        let others = if self.is_partner() {
            [&world.direct, &world.sub_merchant]
        } else {
            [&world.platform, &world.sub_merchant]
        };
        for other in others {
            world.refused(&other.post(self.path, &body), super::contract::NO_AUTH).await;
        }
        let with = |name: &str, value: Json| {
            let mut fields = json!({});
            fields[name] = value;
            self.draft(&world, "prepay31", &fields)
        };
        let draft = with(mchid, "1900001109".into());
        world.refused(&draft, super::contract::MCHID_DIFFERS).await;
        let differs = (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
        world.refused(&with(appid, "wx0000000000000000".into()), differs).await;

        let text = |name: &str, label: &str, problem: &str| {
            format!("输入源“/body/{name}”映射到值字段“{label}”字符串规则校验失败，{problem}")
        };
        let url = r"字符串必须匹配正则表达式“^https?://([^\s/?#\[\]\@]+\@)?([^\s/?#\@:]+)(?::\d{2,5})?([^\s?#\[\]]*)$”";
        for (name, value, message) in [
            ("notify_url", json!("https://a/?b=1"), text("notify_url", notify_url, url)),
            (
                "description",
                json!("公".repeat(43)),
                text("description", "商品描述", "字节数 129，大于最大值 127"),
            ),
            (
                "out_trade_no",
                json!("12345"),
                text("out_trade_no", "商户订单号", "字节数 5，小于最小值 6"),
            ),
            (
                "amount",
                json!({ "total": 0 }),
                "输入源“/body/amount/total”映射到数值字段“总金额”规则校验失败，值低于最小值 1"
                    .to_owned(),
            ),
            ("time_expire", json!("tomorrow"), "参数错误".to_owned()),
            ("trade_type", json!("JSAPI"), super::contract::UNDEFINED.to_owned()),
        ] {
            world.refused(&with(name, value), (400, "PARAM_ERROR", &message)).await;
        }
        world.ok(&self.plain(&world, "prepay31")).await;
        world.verify().await;
    }

    /// Only names under the application pay.
    pub(crate) async fn knows_its_payers(&self, payer: fn(&str) -> Json) {
        let world = World::start().await;
        let with =
            |openid: &str| self.draft(&world, "prepay41", &json!({ "payer": payer(openid) }));
        world.refused(&with("o_nobody"), (400, "PARAM_ERROR", "无效的openid")).await;
        let elsewhere = json!({ "openid": "o_elsewhere", "appid": "wx0000000000000000" });
        world.act("/payers", elsewhere).await;
        let mismatch = (500, "OPENID_MISMATCH", "appid和openid不匹配");
        world.refused(&with("o_elsewhere"), mismatch).await;
        let fresh = world.act("/payers", json!({})).await;
        let given = world.ok(&with(fresh["openid"].as_str().unwrap())).await;
        let other = json!({ self.gives: given[self.gives], "openid": PAYER });
        assert_eq!(world.control("POST", "/pay", &other.to_string()).await.0, 409);
        assert_eq!(self.pay(&world, &given).await.0, 200);
        world.verify().await;
    }
}
