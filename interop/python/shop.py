"""What both programs share: the merchants' settings, the bodies of the requests, a receiver of
callbacks, and what the merchant console and the payer do. Nothing here signs, verifies or opens."""
import contextlib
import http.server
import json
import os
import pathlib
import queue
import threading
import time
import urllib.request

BILLS = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills"
ORDER = "1217752501201407033233368018"
PLATFORM, DIRECT = "1900001108", "1230000109"


def settings(mchid, mode):
    """The arguments of a client: in the mode `public_key` it knows the platform's key, in the mode
    `certificate` it downloads the platform's certificates."""
    console(f"merchants/{mchid}/platform-keys", {"platform_keys": mode})
    folder = pathlib.Path(os.environ["REDRESS_MERCHANTS"], mchid)
    merchant = json.loads((folder / "merchant.json").read_text())
    known = {
        "public_key": (folder / "wxp_pub.pem").read_text(),
        "public_key_id": merchant["public_key_id"],
    }
    return {
        "mchid": merchant["mchid"],
        "private_key": (folder / "apiclient_key.pem").read_text(),
        "cert_serial_no": merchant["serial_no"],
        "apiv3_key": merchant["apiv3_key"],
        "appid": merchant["appid"],
        "notify_url": "https://www.example.com/notify",
        "timeout": (5, 10),
        **(known if mode == "public_key" else {}),
    }


def compensation(number):
    return {
        "receiver": {
            "type": "TRANSACTION_USER",
            "transaction_info": {"transaction_id": ORDER, "type": "WXPAY"},
        },
        "out_bill_no": number,
        "amount": 10000,
        "transfer_remark": "直播违规扣罚",
        "sponsor_mchid": "1900001109",
        "transfer_scene_id": "1001",
        "user_recv_perception": "退货运费补偿",
    }


SUBSIDY = {
    "sub_mchid": "1900013401",
    "transaction_id": "4208450740201411110007820472",
    "description": "订单退款",
}


def ok(name, answer):
    code, message = answer
    print(f"{name}: {code} {message}")
    assert code == 200, name
    return json.loads(message)


def unique():
    return f"py{time.time_ns()}"


def console(path, said):
    """What happens in the merchant console, or on the payer's telephone."""
    request = urllib.request.Request(
        f"{os.environ['REDRESS_SERVER']}/_control/{path}", json.dumps(said).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def confirm(package_info):
    console("compensations/confirm", {"package_info": package_info, "answer": "confirm"})


@contextlib.contextmanager
def receiver():
    """A web server: its address, and the callbacks that it gets, as (headers, body)."""
    came = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            came.put((self.headers, body))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/notify", came
    finally:
        server.shutdown()


def check_callback(callback, came, number):
    """`callback` is the client's function that verifies and opens."""
    headers, body = came.get(timeout=10)
    opened = callback(headers, body)
    print(f"callback: {opened}")
    assert opened["resource"]["out_bill_no"] == number, opened
    assert opened["resource"]["state"] == "SUCCESS", opened
    assert callback(headers, body.replace(b"MCHTRANSFER", b"MCHTRANSFEr")) is None
