#!/usr/bin/env python3
"""Prints the Authorization header of a request: sign.py MERCHANT_FOLDER METHOD TARGET [BODY]"""
import base64, json, pathlib, secrets, subprocess, sys, time

folder, method, target, body = (sys.argv[1:] + [""])[:4]
merchant = json.loads(pathlib.Path(folder, "merchant.json").read_text())
timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
message = "".join(line + "\n" for line in (method, target, timestamp, nonce, body))
signed = subprocess.run(
    ["openssl", "dgst", "-sha256", "-sign", f"{folder}/apiclient_key.pem"],
    input=message.encode(), stdout=subprocess.PIPE, check=True,
)
items = {
    "mchid": merchant["mchid"],
    "nonce_str": nonce,
    "signature": base64.b64encode(signed.stdout).decode(),
    "timestamp": timestamp,
    "serial_no": merchant["serial_no"],
}
print("WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{k}="{v}"' for k, v in items.items()))
