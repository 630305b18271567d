#!/usr/bin/env bash
# One signed request with curl, and its answer verified with openssl:
#   call.sh MERCHANT_FOLDER METHOD TARGET [BODY]
# Prints the body of the answer. Exits 1 if the answer is not a success or its signature is wrong.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 method=$2 target=$3 body=${4-}
setting() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$folder/merchant.json" "$1"; }
answer=$(mktemp -d)
trap 'rm -rf "$answer"' EXIT

curl --silent --show-error --max-time 10 --request "$method" "$(setting base_url)$target" \
  --header "Authorization: $("$here/sign.py" "$folder" "$method" "$target" "$body")" \
  --header "Accept: application/json" \
  --header "Content-Type: application/json" \
  --header "Wechatpay-Serial: $(setting public_key_id)" \
  ${body:+--data-binary "$body"} \
  --dump-header "$answer/head" --output "$answer/body"

header() { tr -d '\r' <"$answer/head" | sed -n "s/^$1: //p"; }
header Wechatpay-Signature | base64 -d >"$answer/signature"
{ header Wechatpay-Timestamp; header Wechatpay-Nonce; cat "$answer/body"; echo; } |
  openssl dgst -sha256 -verify "$folder/wxp_pub.pem" -signature "$answer/signature" >&2
cat "$answer/body"; echo
grep -q '^HTTP/1.1 2' "$answer/head"
