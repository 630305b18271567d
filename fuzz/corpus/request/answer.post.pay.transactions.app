answer POST /v3/pay/transactions/app
{"prepay_id":"1900000109"}