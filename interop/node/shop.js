// What both programs share: the merchants' settings, the bodies of the requests, a receiver of
// callbacks, and what the merchant console and the payer do. Nothing here signs or verifies.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const PLATFORM = '1900001108';
const DIRECT = '1230000109';
const ORDER = '1217752501201407033233368018';

let count = 0;
const unique = () => `node${Date.now()}x${(count += 1)}`;

// What happens in the merchant console, or on the payer's telephone.
function console_(name, said) {
  const url = `${process.env.REDRESS_SERVER}/_control/${name}`;
  const headers = { 'Content-Type': 'application/json' };
  return new Promise((done, failed) => {
    const request = http.request(url, { method: 'POST', headers }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => {
        if (answer.statusCode === 200) done(JSON.parse(text));
        else failed(new Error(`${name}: ${answer.statusCode} ${text}`));
      });
    });
    request.on('error', failed).end(JSON.stringify(said));
  });
}

// A merchant's folder, with the platform's key (mode `public_key`) or certificate (`certificate`).
async function merchant(mchid, mode) {
  await console_(`merchants/${mchid}/platform-keys`, { platform_keys: mode });
  const folder = path.join(process.env.REDRESS_MERCHANTS, mchid);
  const file = JSON.parse(fs.readFileSync(path.join(folder, 'merchant.json')));
  const certificate = fs.readdirSync(folder).find((name) => /^wechatpay_.*\.pem$/.test(name));
  assert.equal(mode === 'certificate', certificate !== undefined);
  return {
    ...file,
    privateKey: path.join(folder, 'apiclient_key.pem'),
    platform: mode === 'public_key'
      ? { serial: file.public_key_id, file: path.join(folder, 'wxp_pub.pem') }
      : { serial: certificate.slice('wechatpay_'.length, -4), file: path.join(folder, certificate) },
  };
}

const compensation = (number) => ({
  receiver: {
    type: 'TRANSACTION_USER',
    transaction_info: { transaction_id: ORDER, type: 'WXPAY' },
  },
  out_bill_no: number,
  amount: 10000,
  transfer_remark: '直播违规扣罚',
  sponsor_mchid: '1900001109',
  transfer_scene_id: '1001',
  user_recv_perception: '退货运费补偿',
});

const SUBSIDY = {
  sub_mchid: '1900013401',
  transaction_id: '4208450740201411110007820472',
  description: '订单退款',
};

const confirm = (package_info) => console_('compensations/confirm', { package_info, answer: 'confirm' });

// A web server: its address, and a promise of the first callback that it gets.
async function receiver() {
  let came;
  const callback = new Promise((done) => { came = done; });
  const server = http.createServer((request, answer) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part) => { body += part; });
    request.on('end', () => {
      answer.writeHead(204).end();
      came({ headers: request.headers, body });
    });
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return { url: `http://127.0.0.1:${server.address().port}/notify`, callback, server };
}

// Asks again until the answer is right.
async function until(ask, isRight) {
  const deadline = Date.now() + 10000;
  while (!isRight(await ask())) {
    assert(Date.now() < deadline, 'it does not come');
    await new Promise((done) => { setTimeout(done, 20); });
  }
}

module.exports = {
  PLATFORM, DIRECT, ORDER, SUBSIDY, compensation, confirm, console: console_, merchant, receiver, unique, until,
};
