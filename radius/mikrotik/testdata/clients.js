// Drives a RouterOS API with two clients that were not written here. Prints one line for each thing that went as it should.
'use strict';
const assert = require('node:assert');
const { RouterOSAPI } = require('node-routeros');
const { RouterOSClient } = require('routeros-client');

const account = { host: process.env.ROUTER_HOST, port: Number(process.env.ROUTER_PORT), user: 'mtandao', password: process.env.ROUTER_PASSWORD, timeout: 20 };
const said = (what) => console.log('ok ' + what);
const refused = async (work) => {
  try { await work; } catch (e) { return e; }
  throw new Error('was not refused');
};

async function low() {
  const stranger = new RouterOSAPI({ ...account, password: 'wrong' });
  assert.match(String((await refused(stranger.connect())).message), /invalid user name or password|CANTLOGIN|Username or password is invalid/);
  said('wrong password');

  const router = new RouterOSAPI(account);
  await router.connect();
  said('log-in');
  assert.equal((await router.write('/system/identity/print'))[0].name, 'MikroTik');
  assert.ok((await router.write('/interface/print')).length >= 5);
  said('print');

  const [{ ret }] = await router.write('/ip/address/add', ['=interface=ether2', '=address=192.168.90.1/24', '=comment=a=b "c" \\ $d']);
  let rows = await router.write('/ip/address/print', ['?.id=' + ret, '=.proplist=address,comment']);
  assert.deepEqual(rows, [{ address: '192.168.90.1/24', comment: 'a=b "c" \\ $d' }]);
  await router.write('/ip/address/set', ['=.id=' + ret, '=disabled=yes']);
  assert.equal((await router.write('/ip/address/print', ['?.id=' + ret]))[0].disabled, 'true');
  await router.write('/ip/address/remove', ['=.id=' + ret]);
  assert.match((await refused(router.write('/ip/address/remove', ['=.id=' + ret]))).message, /no such item/);
  said('add, set, remove');

  assert.match((await refused(router.write('/no/such/menu/print'))).message, /no such command/);
  assert.match((await refused(router.write('/ip/address/add', ['=address=10.1.1.1/24']))).message, /missing value/);
  said('trap');

  const long = 'x'.repeat(40000);
  const [made] = await router.write('/ip/pool/add', ['=name=long', '=ranges=' + long]);
  assert.equal((await router.write('/ip/pool/print', ['?.id=' + made.ret]))[0].ranges, long);
  said('long words');

  const many = await Promise.all(Array.from({ length: 200 }, (_, i) => router.write('/interface/print', ['?name=ether' + (i % 5 + 1)])));
  many.forEach((rows, i) => assert.equal(rows[0].name, 'ether' + (i % 5 + 1)));
  said('concurrent commands');

  const heard = [];
  let arrived;
  const two = new Promise((resolve) => { arrived = resolve; });
  const stream = router.stream('/ip/pool/listen', (err, packet) => {
    if (err || !packet['.id']) return;
    heard.push(packet);
    if (heard.length === 2) arrived();
  });
  const [pool] = await router.write('/ip/pool/add', ['=name=news', '=ranges=10.0.0.1-10.0.0.9']);
  await router.write('/ip/pool/remove', ['=.id=' + pool.ret]);
  await two;
  assert.equal(heard[0].name, 'news');
  assert.deepEqual(heard[1], { '.id': pool.ret, '.dead': 'yes' });
  await stream.stop();
  said('listen and cancel');

  const closed = new Promise((resolve) => router.once('close', resolve));
  router.write('/quit').catch(() => {});
  await closed;
  said('fatal on quit');
}

async function high() {
  const router = new RouterOSClient(account);
  const client = await router.connect();
  const identity = await client.menu('/system identity').getOnly();
  assert.equal(identity.name, 'MikroTik');
  const filter = client.menu('/ip firewall filter');
  const rule = await filter.add({ chain: 'forward', action: 'accept', protocol: 'tcp', dstPort: 80, comment: 'high' });
  assert.equal(rule.dstPort, 80);
  await filter.where('id', rule.id).update({ srcAddress: '192.168.88.5' });
  const [found] = await filter.where({ comment: 'high' }).get();
  assert.equal(found.srcAddress, '192.168.88.5');
  const [model] = await filter.where({ comment: 'high' }).getModel();
  await model.disable();
  assert.equal((await filter.where({ comment: 'high' }).getOnly()).disabled, true);
  await filter.where({ comment: 'high' }).remove();
  assert.deepEqual(await filter.where({ comment: 'high' }).get(), []);
  await router.close();
  said('the client on top');
}

low().then(high).then(() => { console.log('done'); process.exit(0); }, (e) => { console.error(e); process.exit(1); });
