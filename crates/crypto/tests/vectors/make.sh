#!/bin/sh
# Makes the known answers that tests/it/vectors.rs compares with. The key and the certificate are
# new every time, so all files change together. The key protects nothing.
#
# Everything comes from the openssl command, apart from sealed.json: that command has no
# AES-256-GCM with associated data, so python3 and its package `cryptography` make it.
set -eu
cd "$(dirname "$0")"
# Chinese text is compared byte for byte.
export LC_ALL=C.UTF-8

openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pkcs8.pem
openssl rsa -in key.pkcs8.pem -traditional -out key.pkcs1.pem
openssl rsa -in key.pkcs8.pem -pubout -out public.spki.pem
openssl rsa -in key.pkcs8.pem -RSAPublicKey_out -out public.pkcs1.pem

# Too short to be accepted.
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 | openssl pkey -pubout -out short.spki.pem

# Twenty bytes of which the first is zero and the second starts with a zero digit.
openssl req -new -x509 -key key.pkcs8.pem -sha256 -days 1826 -utf8 -subj "/CN=1900000001" \
    -set_serial 0x000A1B2C3D4E5F60718293A4B5C6D7E8F9012345 -out certificate.pem
openssl x509 -in certificate.pem -noout -serial | cut -d= -f2 > certificate.serial
unix_seconds() { date -u -d "$(openssl x509 -in certificate.pem -noout "$1" | cut -d= -f2)" +%s; }
unix_seconds -startdate > certificate.not_before
unix_seconds -enddate > certificate.not_after

# name.message is what is signed, name.signature its signature in Base64 without a line end.
sign() { openssl dgst -sha256 -sign key.pkcs8.pem "$1.message" | openssl base64 -A > "$1.signature"; }

body='{"out_trade_no":"1217752501201407033233368018","reason":"用户付款成功但商家系统异常"}'
printf '%s' "$body" > body.json
printf 'POST\n%s\n%s\n%s\n%s\n' \
    '/v3/pay/transactions/out-trade-no/1217752501201407033233368018/reverse' \
    1554208460 593BEC0C930BF1AFEB40B4A08C8FB242 "$body" > request.message
printf 'GET\n%s\n%s\n%s\n\n' '/v3/certificates?algorithm_type=RSA' \
    1554208460 593BEC0C930BF1AFEB40B4A08C8FB242 > request-empty.message
printf '%s\n%s\n%s\n' 1554209980 c5ac7061fccab6bf3e254dcf98995b8c "$body" > response.message
printf '%s\n%s\n\n' 1554209980 c5ac7061fccab6bf3e254dcf98995b8c > response-empty.message
for name in request request-empty response response-empty; do sign "$name"; done

# The defaults of oaep are SHA-1 and MGF1-SHA-1; they are named all the same.
printf '张三' | openssl pkeyutl -encrypt -pubin -inkey public.spki.pem -pkeyopt rsa_padding_mode:oaep \
    -pkeyopt rsa_oaep_md:sha1 -pkeyopt rsa_mgf1_md:sha1 | openssl base64 -A > oaep.ciphertext

python3 - > sealed.json <<'PYTHON'
import base64, json
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

key, nonce = "EIGHTtimesFOURisTHIRTYtwoBYTES-0", "fdasflkja484"
body = open("body.json", encoding="utf-8").read()

def sealed(associated_data, plaintext):
    data = AESGCM(key.encode()).encrypt(nonce.encode(), plaintext.encode(), associated_data.encode())
    return {"key": key, "nonce": nonce, "associated_data": associated_data,
            "plaintext": plaintext, "ciphertext": base64.b64encode(data).decode()}

cases = [sealed("transaction", body), sealed("", body), sealed("certificate", "")]
print(json.dumps(cases, ensure_ascii=False, indent=2))
PYTHON
