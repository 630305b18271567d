#!/usr/bin/env node
// The five operations and a callback with the npm package wechatpay-axios-plugin, its own host and
// checks:
//
//     npm ci
//     redress exec -- node five_operations.js [public_key | certificate]
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');

const { Wechatpay, Formatter, Rsa, Aes: { AesGcm } } = require('wechatpay-axios-plugin');

const shop = require('./shop');

const mode = process.argv[2] || 'public_key';

async function client(mchid) {
  const { serial_no: serial, privateKey, platform, ...rest } = await shop.merchant(mchid, mode);
  const certs = { [platform.serial]: fs.readFileSync(platform.file) };
  const wxpay = new Wechatpay({ mchid, serial, privateKey: fs.readFileSync(privateKey), certs });
  return { wxpay, certs, ...rest };
}

function show(name, { data }) {
  console.log(`${name}: ${JSON.stringify(data)}`);
  return data;
}

async function main() {
  const platform = await client(shop.PLATFORM);
  const direct = await client(shop.DIRECT);
  const bills = platform.wxpay.v3.platsolution.ecommerce.mchTransfer.compensateBills;
  const query = (number) => bills.outBillNo[number].get();

  let number = shop.unique();
  const created = show('create', await bills.post(shop.compensation(number)));
  assert.equal(created.state, 'ACCEPTED');
  const queried = show('query', await query(number));
  assert.equal(queried.bill_id, created.bill_id);

  number = shop.unique();
  show('pre-transfer', await bills.preTransfer.post(shop.compensation(number)));
  const cancelled = show('cancel', await bills.outBillNo[number].cancel.post());
  assert.equal(cancelled.state, 'CANCELING');
  await shop.until(() => query(number), ({ data }) => data.state === 'CANCELLED');

  const orders = direct.wxpay.v3.pay.transactions.outTradeNo;
  const body = { appid: direct.appid, mchid: shop.DIRECT };
  const reversed = show('reverse', await orders[shop.ORDER].reverse.post(body));
  assert.equal(reversed.out_trade_no, shop.ORDER);

  const subsidy = show('subsidy cancel', await platform.wxpay.v3.ecommerce.subsidies.cancel.post(shop.SUBSIDY));
  assert.equal(subsidy.result, 'SUCCESS');

  const { url, callback, server } = await shop.receiver();
  number = shop.unique();
  const laid = show('pre-transfer', await bills.preTransfer.post({ ...shop.compensation(number), notify_url: url }));
  await shop.confirm(laid.package_info);
  const opened = open(platform, await callback);
  server.close();
  console.log(`callback: ${JSON.stringify(opened)}`);
  assert.equal(opened.out_bill_no, number);
  assert.equal(opened.state, 'SUCCESS');

  // Verification is on: an answer signed by a key that is not in `certs` is refused.
  await shop.console(`merchants/${shop.PLATFORM}/platform-keys`, {
    platform_keys: mode === 'public_key' ? 'certificate' : 'public_key',
  });
  await assert.rejects(query(number), { code: 'EV3_RES_HEADER_PLATFORM_SERIAL' });
  console.log(`ok: five operations and a callback, ${mode}, wechatpay-axios-plugin`);
}

// As the package's own guide has it: it has the parts, and no function for the whole.
function open({ certs, apiv3_key: key }, { headers, body }) {
  const {
    'wechatpay-timestamp': timestamp, 'wechatpay-nonce': nonce, 'wechatpay-serial': serial, 'wechatpay-signature': signature,
  } = headers;
  assert(Math.abs(Formatter.timestamp() - timestamp) <= 300);
  const verified = (text) => Rsa.verify(Formatter.response(timestamp, nonce, text), signature, certs[serial]);
  assert(verified(body));
  assert(!verified(body.replace('MCHTRANSFER', 'MCHTRANSFEr')));
  const { resource: { nonce: iv, ciphertext, associated_data: aad } } = JSON.parse(body);
  return JSON.parse(AesGcm.decrypt(ciphertext, key, iv, aad));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
