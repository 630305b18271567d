#!/usr/bin/env node
// Bills with the npm package wechatpay-axios-plugin, as many as a line of stdin says: each is
// created and queried. Answers a line with the CPU time that it took. `bench/run.py` runs this.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const readline = require('node:readline');

const { Wechatpay } = require('wechatpay-axios-plugin');

const shop = require('./shop');

async function main() {
  const { serial_no: serial, privateKey, platform } = await shop.merchant(shop.PLATFORM, 'public_key');
  const certs = { [platform.serial]: fs.readFileSync(platform.file) };
  const wxpay = new Wechatpay({
    mchid: shop.PLATFORM, serial, privateKey: fs.readFileSync(privateKey), certs,
  });
  const bills = wxpay.v3.platsolution.ecommerce.mchTransfer.compensateBills;
  let count = 0;

  async function bill() {
    count += 1;
    const number = `node${count}`;
    const { data: created } = await bills.post({ ...shop.compensation(number), amount: 1 });
    const { data: queried } = await bills.outBillNo[number].get();
    assert.equal(queried.bill_id, created.bill_id);
    assert.equal(queried.amount, 1);
  }

  for await (const line of readline.createInterface({ input: process.stdin })) {
    const began = process.cpuUsage();
    for (let left = Number(line); left > 0; left -= 1) await bill();
    const { user, system } = process.cpuUsage(began);
    console.log(JSON.stringify({ calls: 2 * Number(line), cpu_ns: 1000 * (user + system) }));
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
