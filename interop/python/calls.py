#!/usr/bin/env python3
"""Bills with the PyPI package wechatpayv3, as many as a line of stdin says: each is created and
queried. Answers a line with the CPU time that it took. `bench/run.py` runs this."""
import json
import sys
import time

from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.type import RequestType

import shop
from shop import BILLS

client = WeChatPay(wechatpay_type=WeChatPayType.NATIVE,
                   **shop.settings(shop.PLATFORM, "public_key"))
request = client._core.request
count = 0


def read(answer):
    code, message = answer
    assert code == 200, message
    return json.loads(message)


def bill():
    global count
    count += 1
    number = f"python{count}"
    said = {**shop.compensation(number), "amount": 1}
    created = read(request(BILLS, method=RequestType.POST, data=said))
    queried = read(request(f"{BILLS}/out-bill-no/{number}"))
    assert queried["bill_id"] == created["bill_id"] and queried["amount"] == 1, queried


for line in sys.stdin:
    bills = int(line)
    began = time.process_time_ns()
    for _ in range(bills):
        bill()
    took = time.process_time_ns() - began
    print(json.dumps({"calls": 2 * bills, "cpu_ns": took}), flush=True)
