// node-redis (the package `redis`) over RESP3: handshake, types, data, errors, pipelines, reconnecting.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';

import { redis } from './packages.mjs';
import { startServer } from './server_process.mjs';

const { RESP_TYPES } = redis;
const SUITE_TIMEOUT_MS = 60_000;
const BINARY = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

let server;
let client;
const opened = [];

// A connected client; with other options than the server's address and RESP3 on request.
async function connect({ unix = false, reconnects = true, ...options } = {}) {
  const address = unix ? { path: server.unixSocket } : { host: '127.0.0.1', port: server.port };
  const socket = reconnects ? address : { ...address, reconnectStrategy: false };
  const created = redis.createClient({ RESP: 3, socket, ...options });
  created.on('error', () => {});
  opened.push(created);
  await created.connect();
  return created;
}

function buffers(of) {
  return of.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
}

describe('node-redis over RESP3', { timeout: SUITE_TIMEOUT_MS }, () => {
  before(async () => {
    server = await startServer('--enable-debug-command', 'yes');
    client = await connect();
  });
  after(async () => {
    for (const one of opened) if (one.isOpen) one.destroy();
    await server.stop();
  });
  beforeEach(() => client.flushAll());

  test('the handshake speaks RESP3, names the client and its library', async () => {
    const named = await connect({ name: 'named', database: 3, clientInfoTag: 'tag' });
    const info = await named.clientInfo();
    assert.equal(info.resp, 3);
    assert.equal(info.name, 'named');
    assert.equal(info.db, 3);
    assert.equal(info.libName, 'node-redis(tag)');
    assert.match(info.libVer, /^\d+\.\d+\.\d+/);
    const hello = await named.hello(3);
    assert.equal(hello.server, 'redis');
    assert.equal(hello.proto, 3);
    assert.equal(hello.mode, 'standalone');
    assert.equal(hello.role, 'master');
    assert.deepEqual(hello.modules, []);
    assert.match(hello.version, /^7\.4\./);
  });

  test('the same over the Unix socket, and over RESP2', async () => {
    assert.equal((await (await connect({ unix: true })).clientInfo()).resp, 3);
    assert.equal((await (await connect({ RESP: 2 })).clientInfo()).resp, 2);
  });

  test('every type of RESP3 is decoded', async () => {
    const debug = (type) => client.sendCommand(['DEBUG', 'PROTOCOL', type]);
    assert.equal(await debug('STRING'), 'Hello World');
    assert.equal(await debug('INTEGER'), 12345);
    assert.equal(await debug('DOUBLE'), 3.141);
    assert.equal(await debug('NULL'), null);
    assert.deepEqual(await debug('ARRAY'), [0, 1, 2]);
    assert.deepEqual(await debug('SET'), [0, 1, 2]);
    assert.deepEqual({ ...await debug('MAP') }, { 0: false, 1: true, 2: false });
    assert.equal(await debug('BIGNUM'), 1234567999999999999999999999999999999n);
    assert.equal(await debug('TRUE'), true);
    assert.equal(await debug('FALSE'), false);
    assert.equal(await debug('VERBATIM'), 'This is a verbatim\nstring');
  });

  test('maps, sets, doubles, nulls and verbatim strings of commands', async () => {
    assert.deepEqual({ ...await client.configGet('databases') }, { databases: '16' });
    assert.equal(await client.get('none'), null);
    assert.deepEqual(await client.mGet(['none', 'none']), [null, null]);
    const mapping = { typeMapping: { [RESP_TYPES.SET]: Set, [RESP_TYPES.VERBATIM_STRING]: redis.VerbatimString } };
    const [, , flags] = (await client.sendCommand(['COMMAND', 'INFO', 'get'], mapping))[0];
    assert.deepEqual(flags, new Set(['readonly', 'fast']));
    const stats = await client.memoryStats();
    assert.equal(typeof stats['dataset.percentage'], 'number');
    assert.ok(stats['total.allocated'] > 0);
    // INCRBYFLOAT stays a string.
    assert.equal(await client.incrByFloat('f', 1.5), '1.5');
    assert.equal((await client.sendCommand(['INFO', 'server'], mapping)).format, 'txt');
    const docs = await client.sendCommand(['COMMAND', 'DOCS', 'set']);
    assert.equal(docs.set.group, 'string');
    assert.equal(docs.set.arguments[0].type, 'key');
  });

  test('INFO is text that programs take apart', async () => {
    const info = await client.info();
    assert.match(info, /^# Server\r\nredis_version:7\.4\.\d+\r\n/);
    assert.match(info, /\r\nrole:master\r\n/);
    assert.match(info, /\r\nloading:0\r\n/);
    assert.match(await client.info('keyspace'), /^# Keyspace\r\n/);
  });

  test('strings and their options', async () => {
    assert.equal(await client.set('key', 'value'), 'OK');
    assert.equal(await client.get('key'), 'value');
    assert.equal(await client.set('key', 'other', { condition: 'NX' }), null);
    assert.equal(await client.set('key', 'other', { GET: true, expiration: { type: 'EX', value: 100 } }), 'value');
    assert.equal(await client.ttl('key'), 100);
    assert.equal(await client.getEx('key', { type: 'PERSIST' }), 'other');
    assert.equal(await client.ttl('key'), -1);
    assert.equal(await client.append('key', '!'), 6);
    assert.equal(await client.getRange('key', 1, 2), 'th');
    assert.equal(await client.incrBy('n', 41), 41);
    assert.equal(await client.decr('n'), 40);
    assert.equal(await client.mSet({ a: '1', b: '2' }), 'OK');
    assert.deepEqual(await client.mGet(['a', 'none', 'b']), ['1', null, '2']);
    assert.equal(await client.mSetNX({ b: '3', c: '4' }), 0);
    assert.equal(await client.getDel('a'), '1');
    assert.equal(await client.lcs('key', 'b'), '');
    assert.deepEqual({ ...await client.lcsIdx('key', 'key') }, { matches: [[[0, 5], [0, 5]]], len: 6 });
    assert.equal(await client.setBit('bits', 7, 1), 0);
    assert.equal(await client.bitCount('bits'), 1);
    assert.deepEqual(await client.bitField('bits', [{ operation: 'GET', encoding: 'u8', offset: 0 }]), [1]);
  });

  test('keys, their lifetimes and a scan', async () => {
    for (let i = 0; i < 1000; ++i) client.set(`key:${i}`, `${i}`);
    const found = new Set();
    for await (const keys of client.scanIterator({ MATCH: 'key:*', COUNT: 100 })) keys.forEach((key) => found.add(key));
    assert.equal(found.size, 1000);
    assert.equal(await client.dbSize(), 1000);
    assert.equal(await client.type('key:1'), 'string');
    assert.equal(await client.type('none'), 'none');
    assert.equal(await client.expire('key:1', 100), 1);
    assert.equal(await client.expire('key:1', 50, 'GT'), 0);
    assert.ok(await client.pTTL('key:1') > 90_000);
    assert.equal(await client.persist('key:1'), 1);
    assert.equal(await client.copy('key:1', 'copy'), 1);
    assert.equal(await client.rename('copy', 'renamed'), 'OK');
    assert.equal(await client.exists(['key:1', 'renamed', 'copy']), 2);
    assert.equal(await client.objectEncoding('key:1'), 'int');
    assert.equal(await client.unlink(['key:1', 'renamed']), 2);
    assert.ok(await client.memoryUsage('key:2') > 0);
  });

  test('keys and values hold any bytes, up to several MiB', async () => {
    const binary = buffers(client);
    for (const value of [Buffer.alloc(0), BINARY, Buffer.from('\r\n$-1\r\n'), randomBytes(5_000_000)]) {
      assert.equal(await client.set(BINARY, value), 'OK');
      assert.ok(value.equals(await binary.get(BINARY)));
      assert.ok(value.equals(await binary.echo(value)));
    }
    assert.ok(BINARY.equals((await binary.keys('*'))[0]));
  });

  test('errors are thrown with their texts and leave the connection as it was', async () => {
    await client.set('text', 't');
    const refused = (promise, message) => assert.rejects(promise, (error) => {
      assert.ok(error instanceof redis.ErrorReply);
      assert.equal(error.message, message);
      return true;
    });
    await refused(client.incr('text'), 'ERR value is not an integer or out of range');
    await refused(client.sendCommand(['NOSUCH', 'a']),
      "ERR unknown command 'NOSUCH', with args beginning with: 'a' ");
    await refused(client.sendCommand(['GET']), "ERR wrong number of arguments for 'get' command");
    await refused(client.select(99), 'ERR DB index is out of range');
    assert.equal(await client.get('text'), 't');
  });

  test('10,000 commands at once are answered in order', async () => {
    const counts = await Promise.all(Array.from({ length: 10_000 }, () => client.incr('n')));
    assert.deepEqual(counts, Array.from({ length: 10_000 }, (_, i) => i + 1));
    const settled = await Promise.allSettled(Array.from({ length: 3000 },
      (_, i) => (i % 3 ? client.echo(`${i}`) : client.sendCommand(['NOSUCH']))));
    settled.forEach(({ status, value }, i) => {
      assert.equal(status, i % 3 ? 'fulfilled' : 'rejected');
      if (i % 3) assert.equal(value, `${i}`);
    });
    const pipeline = client.multi();
    for (let i = 0; i < 1000; ++i) pipeline.incrBy('m', i);
    assert.equal((await pipeline.execAsPipeline()).at(-1), 499_500);
  });

  test('many clients at once, each with its own database', async () => {
    const clients = await Promise.all(Array.from({ length: 64 }, (_, i) => connect({ database: i % 16 })));
    await Promise.all(clients.map((one, i) => one.set(`mine:${i}`, `${i}`)));
    assert.deepEqual(await Promise.all(clients.map((one, i) => one.get(`mine:${i}`))), clients.map((_, i) => `${i}`));
    assert.deepEqual(await Promise.all(clients.map((one) => one.dbSize())), clients.map(() => 4));
    assert.equal((await client.clientList()).length >= 65, true);
    await Promise.all(clients.map((one) => one.close()));
  });

  test('a pool of connections', async () => {
    const pool = redis.createClientPool({ RESP: 3, socket: { host: '127.0.0.1', port: server.port } }, { maximum: 20 });
    pool.on('error', () => {});
    await pool.connect();
    assert.deepEqual((await Promise.all(Array.from({ length: 500 }, () => pool.incr('pooled')))).sort((a, b) => a - b),
      Array.from({ length: 500 }, (_, i) => i + 1));
    await pool.close();
  });

  test('a monitor shows what others do', async () => {
    const monitor = await connect();
    const lines = [];
    const complete = new Promise((resolve) => {
      monitor.monitor((line) => {
        lines.push(line);
        if (line.includes('"last"')) resolve();
      }).then(async () => {
        await client.set('watched', 'a\r\nb');
        await client.echo('last');
      });
    });
    await complete;
    assert.match(lines.find((line) => line.includes('"SET"')),
      /^\d+\.\d{6} \[0 127\.0\.0\.1:\d+\] "SET" "watched" "a\\r\\nb"$/);
  });

  test('CLIENT commands', async () => {
    assert.equal(await client.clientSetName('me'), 'OK');
    assert.equal(await client.clientGetName(), 'me');
    assert.equal(await client.clientNoEvict(true), 'OK');
    assert.equal(await client.clientNoTouch(true), 'OK');
    assert.equal(await client.clientNoTouch(false), 'OK');
    const id = await client.clientId();
    assert.equal((await client.clientInfo()).id, id);
    const victim = await connect();
    const victimId = await victim.clientId();
    const back = new Promise((resolve) => { victim.once('ready', resolve); });
    assert.equal(await client.clientKill({ filter: 'ID', id: victimId }), 1);
    // It comes back by itself, as another client.
    await back;
    assert.ok(await victim.clientId() > victimId);
  });
});

describe('node-redis and a server that is not always there', { timeout: SUITE_TIMEOUT_MS }, () => {
  before(async () => { server = await startServer(); });
  after(async () => {
    for (const one of opened) if (one.isOpen) one.destroy();
    await server.stop();
  });

  test('a restarted server is found again, with the whole handshake', async () => {
    const loyal = await connect({ name: 'loyal', database: 5 });
    await loyal.set('key', 'before');
    await server.restart();
    assert.equal(await loyal.get('key'), 'before');  // saved at the end
    assert.equal(await loyal.set('key', 'after'), 'OK');
    const info = await loyal.clientInfo();
    assert.deepEqual([info.name, info.db, info.resp], ['loyal', 5, 3]);
  });

  test('a password is part of the handshake', async () => {
    const admin = await connect();
    await admin.configSet('requirepass', 'secret');
    const inside = await connect({ username: 'default', password: 'secret' });
    assert.equal(await inside.ping(), 'PONG');
    await assert.rejects(connect({ password: 'wrong', reconnects: false }), /WRONGPASS/);
    await assert.rejects(connect({ reconnects: false }), /NOAUTH/);
    await admin.configSet('requirepass', '');
  });
});
