#!/usr/bin/env python3
"""The five operations and a callback with the PyPI package wechatpayv3, its own host and checks:

    pip install -r requirements.txt
    redress exec -- python five_operations.py [public_key | certificate]
"""
import sys
import time

from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.type import RequestType

import shop
from shop import BILLS, ok

POST = RequestType.POST
MODE = sys.argv[1] if len(sys.argv) > 1 else "public_key"


def client(mchid):
    return WeChatPay(wechatpay_type=WeChatPayType.NATIVE, **shop.settings(mchid, MODE))


platform, direct = client(shop.PLATFORM), client(shop.DIRECT)
request = platform._core.request

number = shop.unique()
created = ok("create", request(BILLS, method=POST, data=shop.compensation(number)))
assert created["state"] == "ACCEPTED", created
queried = ok("query", request(f"{BILLS}/out-bill-no/{number}"))
assert queried["bill_id"] == created["bill_id"], queried

# The cancel has no body. (With data={} this package would sign "" and send "{}".)
number = shop.unique()
ok("pre-transfer", request(f"{BILLS}/pre-transfer", method=POST, data=shop.compensation(number)))
cancelled = ok("cancel", request(f"{BILLS}/out-bill-no/{number}/cancel", method=POST))
assert cancelled["state"] == "CANCELING", cancelled
deadline = time.monotonic() + 10
while ok("query", request(f"{BILLS}/out-bill-no/{number}"))["state"] != "CANCELLED":
    assert time.monotonic() < deadline
    time.sleep(0.02)

reversed_ = ok("reverse", direct.codepay_reverse(shop.ORDER))
assert reversed_["out_trade_no"] == shop.ORDER, reversed_

subsidy = ok("subsidy cancel", request("/v3/ecommerce/subsidies/cancel", method=POST,
                                       data=shop.SUBSIDY))
assert subsidy["result"] == "SUCCESS", subsidy

with shop.receiver() as (url, came):
    number = shop.unique()
    laid = ok("pre-transfer", request(f"{BILLS}/pre-transfer", method=POST, data={
        **shop.compensation(number), "notify_url": url}))
    shop.confirm(laid["package_info"])
    shop.check_callback(platform.callback, came, number)

# Verification is on: an answer signed by anyone else is refused.
if MODE == "public_key":
    platform._core._public_key = direct._core._private_key.public_key()
    try:
        request(f"{BILLS}/out-bill-no/{number}")
    except Exception as refused:
        print(f"an answer under a foreign key is refused: {refused}")
    else:
        sys.exit("wechatpayv3 accepted an answer that it could not verify")
print(f"ok: five operations and a callback, {MODE}, wechatpayv3")
