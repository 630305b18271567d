#!/usr/bin/env python3
"""The five operations with the PyPI package wechatpayv3, its verification on, against `redress serve`:

    pip install -r requirements.txt
    python five_operations.py [DATA_FOLDER]
"""
import json
import pathlib
import sys
import time

from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.type import RequestType

DATA = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "./redress-data")
BILLS = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills"
NUMBER = f"py{time.time_ns()}"


def client(mchid):
    folder = DATA / "merchants" / mchid
    merchant = json.loads((folder / "merchant.json").read_text())
    wechatpay = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=merchant["mchid"],
        private_key=(folder / "apiclient_key.pem").read_text(),
        cert_serial_no=merchant["serial_no"],
        apiv3_key=merchant["apiv3_key"],
        appid=merchant["appid"],
        notify_url="https://www.example.com/notify",
        public_key=(folder / "wxp_pub.pem").read_text(),
        public_key_id=merchant["public_key_id"],
        timeout=(5, 10),
    )
    # The package has no option for the host.
    wechatpay._core._gate_way = merchant["base_url"]
    return wechatpay


def show(name, answer):
    code, message = answer
    print(f"{name}: {code} {message}")
    if code != 200:
        sys.exit(f"{name} failed")
    return json.loads(message)


platform, direct = client("1900001108"), client("1230000109")

created = show("create", platform._core.request(BILLS, method=RequestType.POST, data={
    "receiver": {
        "type": "TRANSACTION_USER",
        "transaction_info": {
            "transaction_id": "1217752501201407033233368018",
            "type": "WXPAY",
        },
    },
    "out_bill_no": NUMBER,
    "amount": 10000,
    "transfer_remark": "直播违规扣罚",
    "sponsor_mchid": "1900001109",
    "transfer_scene_id": "1001",
    "user_recv_perception": "退货运费补偿",
}))
assert created["state"] == "ACCEPTED", created

queried = show("query", platform._core.request(f"{BILLS}/out-bill-no/{NUMBER}"))
assert queried["bill_id"] == created["bill_id"], queried

# The cancel has no body. (With data={} this package would sign "" and send "{}".)
cancelled = show("cancel", platform._core.request(
    f"{BILLS}/out-bill-no/{NUMBER}/cancel", method=RequestType.POST))
assert cancelled["state"] == "CANCELING", cancelled

deadline = time.monotonic() + 5
while queried["state"] != "CANCELLED":
    assert time.monotonic() < deadline, queried
    time.sleep(0.02)
    queried = show("query", platform._core.request(f"{BILLS}/out-bill-no/{NUMBER}"))

reversed_ = show("reverse", direct.codepay_reverse("1217752501201407033233368018"))
assert reversed_["out_trade_no"] == "1217752501201407033233368018", reversed_

subsidy = show("subsidy cancel", platform._core.request(
    "/v3/ecommerce/subsidies/cancel", method=RequestType.POST, data={
        "sub_mchid": "1900013401",
        "transaction_id": "4208450740201411110007820472",
        "description": "订单退款",
    }))
assert subsidy["result"] == "SUCCESS", subsidy

# Verification is on: an answer signed by anyone else is refused.
platform._core._public_key = direct._core._private_key.public_key()
try:
    platform._core.request(f"{BILLS}/out-bill-no/{NUMBER}")
except Exception as refused:
    print(f"an answer under a foreign key is refused: {refused}")
else:
    sys.exit("wechatpayv3 accepted an answer that it could not verify")
print("ok: five operations, verified by wechatpayv3")
