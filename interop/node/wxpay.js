#!/usr/bin/env node
// The five operations with the command `wxpay` of the npm package wechatpay-axios-plugin, its own
// host and checks:
//
//     npm ci
//     redress exec -- node wxpay.js [public_key | certificate]
//
// The command reads every word that looks like a number as one, and sends it as one, where the API
// asks for a string: it cannot name a merchant in a body. It leaves numbers alone that have no
// exact value in JavaScript, so this world's merchants get numbers of 17 digits.
'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const shop = require('./shop');

const mode = process.argv[2] || 'public_key';
const command = path.join(__dirname, 'node_modules/.bin/wxpay');
const BILLS = 'v3.platsolution.ecommerce.mch-transfer.compensate-bills';
const APPID = 'wxd678efh567hg6787';
const SPONSOR = '90000000000000019';
const SUB_MERCHANT = '90000000000000027';
const DIRECT = '90000000000000035';

// The world, with such numbers.
async function prepare() {
  const register = (mchid, role) => shop.console('merchants', { mchid, roles: [role], appids: [APPID] });
  await register(SPONSOR, 'direct');
  await register(SUB_MERCHANT, 'sub_merchant');
  await register(DIRECT, 'direct');
  const relate = (merchant, relation) => shop.console('relations', { platform: shop.PLATFORM, merchant, relation });
  await relate(SPONSOR, 'sponsor');
  await relate(SUB_MERCHANT, 'sub_merchant');
  await shop.console('credits', { mchid: SPONSOR, amount: 1000000 });
  const order = { amount: 8800, payer: 'o_payer', appid: APPID };
  await shop.console('orders', {
    ...order, mchid: DIRECT, out_trade_no: 'wxpay1', trade_type: 'MICROPAY',
  });
  const { transaction_id } = await shop.console('orders', {
    ...order,
    mchid: shop.PLATFORM,
    sub_mchid: SUB_MERCHANT,
    appid: 'wx8888888888888888',
    out_trade_no: 'wxpay2',
    trade_type: 'JSAPI',
    profit_sharing: true,
    subsidy_amount: 1000,
    refunded: 2000,
  });
  return transaction_id;
}

// Runs the command as a merchant. It exits 0 whatever happens, and prints to stdout what went well.
function wxpay({ mchid, serial_no, privateKey, platform }, uri, args) {
  const config = {
    'c.mchid': mchid,
    'c.serial': serial_no,
    'c.privateKey': privateKey,
    [`c.certs.${platform.serial}`]: platform.file,
  };
  const words = Object.entries({ ...config, ...args }).flatMap(([name, value]) => [`-${name}`, value]);
  const said = execFileSync(command, [uri, ...words], { encoding: 'utf8' });
  const answer = said.slice(said.lastIndexOf('\n  data: ')).trim();
  console.log(`wxpay ${uri}\n  ${answer}`);
  return answer;
}

async function main() {
  const transaction_id = await prepare();
  const platform = await shop.merchant(shop.PLATFORM, mode);
  const direct = await shop.merchant(DIRECT, mode);

  const draft = (number) => ({
    'd.out_bill_no': number,
    'd.amount': '10000',
    'd.receiver.type': 'TRANSACTION_USER',
    'd.receiver.transaction_info.transaction_id': shop.ORDER,
    'd.transfer_remark': '直播违规扣罚',
    'd.sponsor_mchid': SPONSOR,
  });
  const created = shop.unique();
  assert.match(wxpay(platform, BILLS, draft(created)), /state: 'ACCEPTED'/);
  const queried = wxpay(platform, `${BILLS}.out-bill-no.${created}`, { m: 'get' });
  assert.match(queried, /amount: 10000/);

  const number = shop.unique();
  assert.match(wxpay(platform, `${BILLS}.pre-transfer`, draft(number)), /package_info: '/);
  const cancelled = wxpay(platform, `${BILLS}.out-bill-no.${number}.cancel`, {});
  assert.match(cancelled, /state: 'CANCELING'/);

  const reversed = wxpay(direct, 'v3.pay.transactions.out-trade-no.wxpay1.reverse', {
    'd.appid': APPID, 'd.mchid': DIRECT,
  });
  assert.match(reversed, /out_trade_no: 'wxpay1'/);

  const subsidy = wxpay(platform, 'v3.ecommerce.subsidies.cancel', {
    'd.sub_mchid': SUB_MERCHANT, 'd.transaction_id': transaction_id, 'd.description': '订单退款',
  });
  assert.match(subsidy, /result: 'SUCCESS'/);
  console.log(`ok: five operations, ${mode}, wxpay`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
