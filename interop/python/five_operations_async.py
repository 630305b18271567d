#!/usr/bin/env python3
"""The five operations and a callback with the asynchronous half of wechatpayv3:

    pip install -r requirements.txt
    redress exec -- python five_operations_async.py [public_key | certificate]
"""
import asyncio
import sys

from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType
from wechatpayv3.async_.type import RequestType

import shop
from shop import BILLS, ok

POST = RequestType.POST
MODE = sys.argv[1] if len(sys.argv) > 1 else "public_key"


def client(mchid):
    return AsyncWeChatPay(wechatpay_type=WeChatPayType.NATIVE, **shop.settings(mchid, MODE))


async def main():
    async with client(shop.PLATFORM) as platform, client(shop.DIRECT) as direct:
        request = platform._core.request

        number = shop.unique()
        created = ok("create", await request(BILLS, method=POST, data=shop.compensation(number)))
        assert created["state"] == "ACCEPTED", created
        queried = ok("query", await request(f"{BILLS}/out-bill-no/{number}"))
        assert queried["bill_id"] == created["bill_id"], queried

        number = shop.unique()
        ok("pre-transfer", await request(
            f"{BILLS}/pre-transfer", method=POST, data=shop.compensation(number)))
        cancel = f"{BILLS}/out-bill-no/{number}/cancel"
        # Without a body this half of the package signs "" and sends "null" …
        code, message = await request(cancel, method=POST)
        print(f"cancel, signed as empty: {code} {message}")
        assert code == 401, code
        # … so it has to be told to sign what it sends.
        cancelled = ok("cancel", await request(cancel, method=POST, sign_data="null"))
        assert cancelled["state"] == "CANCELING", cancelled
        async with asyncio.timeout(10):
            while ok("query", await request(
                    f"{BILLS}/out-bill-no/{number}"))["state"] != "CANCELLED":
                await asyncio.sleep(0.02)

        reversed_ = ok("reverse", await direct.codepay_reverse(shop.ORDER))
        assert reversed_["out_trade_no"] == shop.ORDER, reversed_

        subsidy = ok("subsidy cancel", await request(
            "/v3/ecommerce/subsidies/cancel", method=POST, data=shop.SUBSIDY))
        assert subsidy["result"] == "SUCCESS", subsidy

        with shop.receiver() as (url, came):
            number = shop.unique()
            laid = ok("pre-transfer", await request(f"{BILLS}/pre-transfer", method=POST, data={
                **shop.compensation(number), "notify_url": url}))
            shop.confirm(laid["package_info"])
            shop.check_callback(platform.callback, came, number)

        # Verification is on: an answer signed by anyone else is refused.
        if MODE == "public_key":
            platform._core._public_key = direct._core._private_key.public_key()
            try:
                await request(f"{BILLS}/out-bill-no/{number}")
            except Exception as refused:
                print(f"an answer under a foreign key is refused: {refused}")
            else:
                sys.exit("wechatpayv3 accepted an answer that it could not verify")
    print(f"ok: five operations and a callback, {MODE}, wechatpayv3 async")


asyncio.run(main())
