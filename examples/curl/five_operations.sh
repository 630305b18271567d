#!/usr/bin/env bash
# The five operations with curl, openssl and a 20-line script, against `redress serve`:
#   five_operations.sh [DATA_FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
merchants=${1:-./redress-data}/merchants
bills=/v3/platsolution/ecommerce/mch-transfer/compensate-bills
number=curl$(date +%s)$$
call() { echo "== $2 $3" >&2; "$here/call.sh" "$@"; }

call "$merchants/1900001108" POST "$bills" '{
  "receiver": {
    "type": "TRANSACTION_USER",
    "transaction_info": {"transaction_id": "1217752501201407033233368018", "type": "WXPAY"}
  },
  "out_bill_no": "'"$number"'",
  "amount": 10000,
  "transfer_remark": "直播违规扣罚",
  "sponsor_mchid": "1900001109",
  "transfer_scene_id": "1001",
  "user_recv_perception": "退货运费补偿"
}'
call "$merchants/1900001108" GET "$bills/out-bill-no/$number"
call "$merchants/1900001108" POST "$bills/out-bill-no/$number/cancel"
call "$merchants/1230000109" POST /v3/pay/transactions/out-trade-no/1217752501201407033233368018/reverse \
  '{"appid": "wxd678efh567hg6787", "mchid": "1230000109"}'
call "$merchants/1900001108" POST /v3/ecommerce/subsidies/cancel \
  '{"sub_mchid": "1900013401", "transaction_id": "4208450740201411110007820472", "description": "订单退款"}'
