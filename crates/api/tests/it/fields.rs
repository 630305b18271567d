//! The fields of messages are those of the pages, in their order, with their labels.

use redress_api::field::{Field, Rule};

use crate::facts::at;

/// `name*【label】` for a required field, `name【label】` for another, with members in braces.
pub(crate) fn printed(fields: &[Field]) -> String {
    let print = |field: &Field| {
        let star = if field.required { "*" } else { "" };
        let inner = match field.rule {
            Rule::Object(inner) => format!("{{ {} }}", printed(inner)),
            Rule::List(Rule::Object(inner)) => format!("[ {} ]", printed(inner)),
            Rule::Text(_)
            | Rule::Integer { .. }
            | Rule::OneOf(_)
            | Rule::Boolean
            | Rule::List(_) => String::new(),
        };
        format!("{}{star}【{}】{inner}", field.name, field.label)
    };
    fields.iter().map(print).collect::<Vec<_>>().join(" ")
}

const BILLS: &str = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills";
const RECEIVER: &str = "{ type*【转账接收方类型】 transaction_info*【转账接收方订单信息】{ transaction_id*【交易订单号】 type【转账接收方订单类型】 } }";

#[test]
fn fields_are_those_of_the_pages() {
    let create = at("POST", BILLS);
    let query = at("GET", &format!("{BILLS}/out-bill-no/{{out_bill_no}}"));
    let by_id = at("GET", &format!("{BILLS}/bill-id/{{bill_id}}"));
    let cancel = at("POST", &format!("{BILLS}/out-bill-no/{{out_bill_no}}/cancel"));
    let reverse = at("POST", "/v3/pay/transactions/out-trade-no/{out_trade_no}/reverse");
    let subsidy = at("POST", "/v3/ecommerce/subsidies/cancel");
    assert_eq!(
        printed(create.request),
        format!(
            "receiver*【收款方信息】{RECEIVER} out_bill_no*【商户单号】 amount*【赔付金额】 transfer_remark*【赔付原因】 sponsor_mchid*【出资商户号】 transfer_scene_id【转账场景ID】 user_recv_perception【用户收款感知】"
        )
    );
    // In answers the page's own 选填 stands.
    let shown = RECEIVER.replacen("type*", "type", 1).replacen("info*", "info", 1);
    let bill = |state: &str, close: &str| {
        format!(
            "sp_mchid*【服务商商户号】 receiver_detail*【转账接收方信息】{{ receiver【转账接收者信息】{shown} }} out_bill_no*【商户单号】 amount*【赔付金额】 transfer_remark【赔付原因】 bill_id*【微信支付转账单号】 state*【{state}】 accept_time*【受理时间】 success_time【成功时间】{close} sponsor_mchid【出资商户号】"
        )
    };
    assert_eq!(printed(create.response), bill("赔付状态", ""));
    assert_eq!(printed(query.request), "out_bill_no*【商户单号】");
    let close = " close_info【关单信息】{ close_time*【关单时间】 close_reason*【关单原因】 }";
    assert_eq!(printed(query.response), bill("转账状态", close));
    assert_eq!(printed(by_id.request), "bill_id*【微信支付转账单号】");
    assert_eq!(printed(by_id.response), printed(query.response));
    assert_eq!(printed(cancel.request), "out_bill_no*【商户单号】");
    assert_eq!(
        printed(cancel.response),
        "out_bill_no*【商户单号】 bill_id*【微信支付付款单号】 state*【付款状态】 cancel_accept_time*【撤销受理时间】"
    );
    assert_eq!(
        printed(reverse.request),
        "out_trade_no*【商户订单号】 appid*【应用AppID】 mchid*【直连商户号】"
    );
    assert_eq!(
        printed(reverse.response),
        "appid【应用AppID】 mchid*【直连商户号】 out_trade_no*【商户订单号】"
    );
    assert_eq!(
        printed(subsidy.request),
        "sub_mchid*【电商平台二级商户号】 transaction_id*【微信订单号】 description*【取消补差描述】"
    );
    assert_eq!(
        printed(subsidy.response),
        "sub_mchid*【电商平台二级商户号】 transaction_id*【微信订单号】 result*【取消补差结果】 description*【取消补差描述】"
    );
}

#[test]
fn fields_of_orders_are_those_of_the_pages() {
    let [direct, partner] = ["/v3/pay/transactions", "/v3/pay/partner/transactions"];
    let by_number = |prefix: &str| at("GET", &format!("{prefix}/out-trade-no/{{out_trade_no}}"));
    let by_id = |prefix: &str| at("GET", &format!("{prefix}/id/{{transaction_id}}"));
    let act = |prefix: &str, what: &str| {
        at("POST", &format!("{prefix}/out-trade-no/{{out_trade_no}}/{what}"))
    };
    let [query, of_partner] = [direct, partner].map(by_number);
    let [by_id, by_id_of_partner] = [direct, partner].map(by_id);
    let [close, close_of_partner] = [direct, partner].map(|prefix| act(prefix, "close"));
    let reverse = act(partner, "reverse");
    let number = "out_trade_no*【商户订单号】";
    let id = "transaction_id*【微信支付订单号】";
    let merchant = "mchid*【直连商户号】";
    assert_eq!(printed(query.request), format!("{number} {merchant}"));
    assert_eq!(printed(by_id.request), format!("{id} {merchant}"));
    assert_eq!(printed(close.request), format!("{number} {merchant}"));
    let parties = "sp_mchid*【服务商户号】 sub_mchid*【子商户号】";
    assert_eq!(printed(of_partner.request), format!("{number} {parties}"));
    assert_eq!(printed(by_id_of_partner.request), format!("{id} {parties}"));
    assert_eq!(printed(close_of_partner.request), format!("{number} {parties}"));

    let order = |payer: &str| {
        format!(
            "{number} transaction_id【微信支付订单号】 trade_type【交易类型】 trade_state*【交易状态】 trade_state_desc*【交易状态描述】 bank_type【银行类型】 attach【商户数据包】 success_time【支付完成时间】 payer【支付者信息】{{ {payer} }} amount【订单金额】{{ total【总金额】 payer_total【用户支付金额】 currency【货币类型】 payer_currency【用户支付币种】 }}"
        )
    };
    let answer = format!("appid*【公众账号ID】 mchid*【商户号】 {}", order("openid【用户标识】"));
    assert_eq!(printed(query.response), answer);
    assert_eq!(printed(by_id.response), answer);
    let all = "sp_appid【服务商应用ID】 sp_mchid*【服务商户号】 sub_appid【子商户应用ID】 sub_mchid*【子商户号】";
    let payer = "sp_openid【用户服务标识】 sub_openid【用户子标识】";
    let answer = format!("{} {}", all.replacen("sp_appid", "sp_appid*", 1), order(payer));
    assert_eq!(printed(of_partner.response), answer);
    assert_eq!(printed(by_id_of_partner.response), answer);
    assert!(close.response.is_empty() && close_of_partner.response.is_empty());
    assert_eq!(printed(reverse.request), format!("{number} {all}"));
    assert_eq!(printed(reverse.response), format!("{all} {number}"));
}

#[test]
fn fields_of_a_code_payment_are_those_of_the_page() {
    let codepay = at("POST", "/v3/pay/transactions/codepay");
    assert_eq!(
        printed(codepay.request),
        "appid*【公众账号ID】 mchid*【商户号】 description*【商品描述】 out_trade_no*【商户订单号】 attach【商户数据包】 goods_tag【订单优惠标记】 support_fapiao【电子发票入口开放标识】 payer*【支付者】{ auth_code*【付款码】 } amount*【订单金额】{ total*【总金额】 currency【货币类型】 } scene_info*【场景信息】{ device_id【商户端设备号】 device_ip【商户端设备IP】 store_info*【商户门店信息】{ id【门店编号】 out_id【商家自定义门店编号】 } } detail【优惠功能】{ cost_price【订单原价】 invoice_id【商品小票ID】 goods_detail【单品列表】[ merchant_goods_id*【商户侧商品编码】 wechatpay_goods_id【微信支付商品编码】 goods_name【商品名称】 quantity*【商品数量】 unit_price*【商品单价】 ] } settle_info【结算信息】{ profit_sharing【分账标识】 }"
    );
    // With 202 a caller may rely on the state alone.
    let required: Vec<_> = codepay.response.iter().filter(|field| field.required).collect();
    assert_eq!(required.iter().map(|field| field.name).collect::<Vec<_>>(), ["trade_state"]);
}
