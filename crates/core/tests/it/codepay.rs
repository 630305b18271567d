//! Paying by code: the rule, the payer's day, and the job that ends the wait.

use redress_api::Fen;
use redress_api::pay::{CodePayer, Codepay, SceneInfo, StoreInfo, Total, TradeState};
use redress_core::Job;
use redress_core::order::{Act, PASSWORD_SECONDS_MAX, PayerActs, Step};
use redress_core::payer::{
    CODE_SECONDS_MAX, Code, PASSWORD_FREE_DAY_MAX, PASSWORD_FREE_FEN_MAX, ShowCode,
};
use redress_core::refusal;

use crate::scene::{APPID, PLATFORM, SHOP, mchid};
use crate::world::World;

pub(crate) fn shown(world: &mut World, password: bool) -> Code {
    world.run(&ShowCode { openid: "o_payer".to_owned(), password }).expect("a code")
}

pub(crate) fn codepay(number: &str, code: &Code, fen: i64) -> Codepay {
    Codepay {
        appid: APPID.parse().expect("an appid"),
        mchid: mchid(SHOP),
        description: "咖啡".parse().expect("a description"),
        out_trade_no: number.parse().expect("a number"),
        attach: None,
        goods_tag: None,
        support_fapiao: None,
        payer: CodePayer { auth_code: code.auth_code.clone() },
        amount: Total { total: Fen::new(fen), currency: None },
        scene_info: SceneInfo {
            device_id: None,
            device_ip: None,
            store_info: StoreInfo { id: None, out_id: Some("1".parse().expect("a store")) },
        },
        detail: None,
        settle_info: None,
    }
}

fn paid(world: &mut World, number: &str, fen: i64) -> TradeState {
    let code = shown(world, false);
    let answer = world.call(SHOP, &codepay(number, &code, fen)).expect("an answer");
    answer.trade_state.known().expect("a state")
}

#[test]
fn the_password_is_spared_up_to_a_thousand_yuan_ten_times_a_day() {
    let mut world = World::set();
    assert_eq!(paid(&mut world, "large1", PASSWORD_FREE_FEN_MAX + 1), TradeState::UserPaying);
    for n in 0..PASSWORD_FREE_DAY_MAX {
        let state = paid(&mut world, &format!("small{n:02}"), PASSWORD_FREE_FEN_MAX);
        assert_eq!(state, TradeState::Success);
    }
    assert_eq!(paid(&mut world, "small10", 1), TradeState::UserPaying);
    world.step(24 * 3600);
    assert_eq!(paid(&mut world, "small11", 1), TradeState::Success);
    let all = i64::from(PASSWORD_FREE_DAY_MAX) * PASSWORD_FREE_FEN_MAX + 1;
    assert_eq!(world.money(&mchid(SHOP)).0, all);
    world.assert_clean();
}

#[test]
fn numbers_and_codes_are_used_once() {
    let mut world = World::set();
    let code = shown(&mut world, false);
    world.call(SHOP, &codepay("number1", &code, 1)).expect("a payment");
    let fresh = shown(&mut world, false);
    let refused = world.refused(SHOP, &codepay("number1", &fresh, 1));
    assert_eq!(refused, refusal::NUMBER_USED.plain());
    let refused = world.refused(SHOP, &codepay("number2", &code, 1));
    assert_eq!(refused, refusal::CODE_USED.plain());
    world.step(CODE_SECONDS_MAX);
    let refused = world.refused(SHOP, &codepay("number2", &fresh, 1));
    assert_eq!(refused, refusal::CODE_INVALID.plain());
    let unknown = Code { auth_code: "101234567890123456".parse().unwrap(), ..fresh };
    let refused = world.refused(SHOP, &codepay("number2", &unknown, 1));
    assert_eq!(refused, refusal::CODE_INVALID.plain());

    world.call(SHOP, &crate::scene::reverse("number1")).expect("a reverse");
    let fresh = shown(&mut world, false);
    let refused = world.refused(SHOP, &codepay("number1", &fresh, 1));
    assert_eq!(refused, refusal::NUMBER_REVOKED.plain());
    assert_eq!(world.refused(PLATFORM, &codepay("n_number", &fresh, 1)).code.code, "NO_AUTH");
    world.assert_clean();
}

#[test]
fn an_order_waits_for_its_password_and_is_reversed() {
    for (act, before, after) in [
        (Some(Act::Pay), TradeState::Success, TradeState::Success),
        (Some(Act::Fail), TradeState::PayError, TradeState::Revoked),
        (None, TradeState::UserPaying, TradeState::Revoked),
    ] {
        let mut world = World::set();
        let code = shown(&mut world, true);
        world.call(SHOP, &codepay("asked1", &code, 7)).expect("an order");
        let out_trade_no = "asked1".parse().unwrap();
        if let Some(act) = act {
            world
                .run(&PayerActs { mchid: mchid(SHOP), out_trade_no, act, openid: None })
                .expect("an act");
        }
        assert_eq!(world.order(SHOP, "asked1").state, before);
        world.step(PASSWORD_SECONDS_MAX - 1);
        world.settle();
        assert_eq!(world.order(SHOP, "asked1").state, before);
        world.step(1);
        world.settle();
        assert_eq!(world.order(SHOP, "asked1").state, after);
        let job = Job::Order {
            mchid: mchid(SHOP),
            out_trade_no: "asked1".parse().unwrap(),
            step: Step::Revoke,
        };
        world.run(&job).expect("again: nothing");
        assert!(world.wrote.is_empty());
        world.assert_clean();
    }
}

#[test]
fn a_payer_has_a_name() {
    let mut world = World::set();
    for openid in ["", "o payer", "付款人", &"o".repeat(129)] {
        let show = ShowCode { openid: openid.to_owned(), password: false };
        assert_eq!(world.refusal(&show).code.status, 400);
    }
}
