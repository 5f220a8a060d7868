// ioredis: its ready check on INFO, replies, pipelines and reconnecting (RESP2).

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, beforeEach, describe, test } from 'node:test';

import { Ioredis } from './packages.mjs';
import { startServer } from './server_process.mjs';

let server;
let client;
const opened = [];

function connect(options = {}) {
  const created = new Ioredis({ host: '127.0.0.1', port: server.port, ...options });
  created.on('error', () => {});
  opened.push(created);
  return created;
}

describe('ioredis', { timeout: 60_000 }, () => {
  before(async () => {
    server = await startServer();
    client = connect();
  });
  after(async () => {
    for (const one of opened) one.disconnect();
    await server.stop();
  });
  beforeEach(() => client.flushall());

  test('it is ready after the handshake and a look at INFO', async () => {
    const asked = async () => Number((await client.info('commandstats')).match(/cmdstat_info:calls=(\d+)/)?.[1] ?? 0);
    const before = await asked();
    const named = connect({ connectionName: 'named', db: 4 });
    // It would wait and ask again if `loading` were another than 0.
    await once(named, 'ready');
    assert.equal(await asked(), before + 2);  // once by `named`, once by us
    const info = await named.client('INFO');
    assert.match(info, / name=named .* db=4 .* resp=2 lib-name=ioredis lib-ver=\d+\.\d+\.\d+/);
  });

  test('values, numbers, nulls and lists', async () => {
    assert.equal(await client.set('key', 'value', 'EX', 100), 'OK');
    assert.equal(await client.get('key'), 'value');
    assert.equal(await client.ttl('key'), 100);
    assert.equal(await client.get('none'), null);
    assert.equal(await client.incrby('n', -3), -3);
    assert.deepEqual(await client.mget('key', 'none', 'n'), ['value', null, '-3']);
    assert.equal(await client.mset({ a: 1, b: 2 }), 'OK');
    assert.deepEqual((await client.keys('?')).sort(), ['a', 'b', 'n']);
    assert.deepEqual(await client.config('GET', 'databases'), ['databases', '16']);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await client.set(bytes, bytes);
    assert.ok(bytes.equals(await client.getBuffer(bytes)));
    const large = Buffer.alloc(8_000_000, 'large ');
    await client.set('large', large);
    assert.ok(large.equals(await client.getBuffer('large')));
  });

  test('a pipeline gives each command its result or its error', async () => {
    const pipeline = client.pipeline();
    for (let i = 0; i < 5000; ++i) {
      pipeline.set(`key:${i}`, i);
      pipeline.incr(`key:${i}`);
      pipeline.call('NOSUCH');
    }
    const results = await pipeline.exec();
    assert.equal(results.length, 15_000);
    for (let i = 0; i < 5000; ++i) {
      assert.deepEqual(results[3 * i], [null, 'OK']);
      assert.deepEqual(results[3 * i + 1], [null, i + 1]);
      assert.match(results[3 * i + 2][0].message, /^ERR unknown command 'NOSUCH'/);
    }
  });

  test('pipelines that the client makes by itself', async () => {
    const automatic = connect({ enableAutoPipelining: true });
    const counts = await Promise.all(Array.from({ length: 2000 }, () => automatic.incr('n')));
    assert.equal(counts.at(-1), 2000);
  });

  test('collections, by name and by call', async () => {
    assert.equal(await client.hset('h', { a: 1, b: 2 }), 2);
    assert.deepEqual(await client.hgetall('h'), { a: '1', b: '2' });
    assert.deepEqual(await client.call('HEXPIRE', 'h', 1000, 'FIELDS', 2, 'a', 'none'), [1, -2]);
    assert.deepEqual(await client.call('HPERSIST', 'h', 'FIELDS', 1, 'a'), [1]);
    assert.equal(await client.call('HSETEX', 'h', 'PX', 1_000_000, 'FIELDS', 1, 'c', 3), 1);
    assert.deepEqual(await client.call('HGETEX', 'h', 'PERSIST', 'FIELDS', 2, 'c', 'none'), ['3', null]);
    assert.deepEqual(await client.call('HTTL', 'h', 'FIELDS', 1, 'c'), [-1]);
    assert.deepEqual(await client.call('HGETDEL', 'h', 'FIELDS', 3, 'a', 'b', 'c'), ['1', '2', '3']);
    assert.equal(await client.exists('h'), 0);
    assert.deepEqual(await client.zadd('z', 1, 'x', 2.5, 'y'), 2);
    assert.deepEqual(await client.zrange('z', 0, -1, 'WITHSCORES'), ['x', '1', 'y', '2.5']);
    const waiting = connect().blpop('l', 'k', 0);
    assert.equal(await client.bzpopmin('none', 0.01), null);
    await client.rpush('k', 'e');
    assert.deepEqual(await waiting, ['k', 'e']);
    await client.config('SET', 'maxmemory', 1);
    await assert.rejects(client.sadd('s', 'm'), /OOM command not allowed/);
    await client.config('SET', 'maxmemory', 0);
    assert.equal(await client.sadd('s', 'm'), 1);
  });

  test('a stream of all keys', async () => {
    await client.mset(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key:${i}`, i])));
    const found = new Set();
    for await (const keys of client.scanStream({ match: 'key:*', count: 200 })) keys.forEach((key) => found.add(key));
    assert.equal(found.size, 3000);
  });

  test('errors carry their texts', async () => {
    await client.set('text', 't');
    await assert.rejects(client.incr('text'), /^ReplyError: ERR value is not an integer or out of range$/);
    await assert.rejects(client.call('GET'), /wrong number of arguments for 'get' command/);
    assert.equal(await client.get('text'), 't');
  });

  test('a monitor', async () => {
    const monitor = await connect().monitor();
    const seen = new Promise((resolve) => {
      monitor.on('monitor', (time, args, source, database) => resolve({ time, args, source, database }));
    });
    await client.set('watched', 'value');
    const { time, args, source, database } = await seen;
    assert.deepEqual(args.map((arg) => arg.toLowerCase()), ['set', 'watched', 'value']);
    assert.match(`${time} ${source} ${database}`, /^\d+\.\d{6} 127\.0\.0\.1:\d+ 0$/);
    monitor.disconnect();
  });

  test('a restarted server is found again, what was asked meanwhile is answered', async () => {
    const loyal = connect({ connectionName: 'loyal', db: 3, retryStrategy: () => 20, maxRetriesPerRequest: null });
    await once(loyal, 'ready');
    await server.end();
    const answer = loyal.set('key', 'meanwhile');
    await server.start();
    assert.equal(await answer, 'OK');
    assert.match(await loyal.client('INFO'), / name=loyal .* db=3 /);
  });

  test('a password, right and wrong', async () => {
    await client.config('SET', 'requirepass', 'secret');
    const inside = connect({ password: 'secret' });
    assert.equal(await inside.ping(), 'PONG');
    const wrong = connect({ password: 'wrong', retryStrategy: null });
    const [error] = await once(wrong, 'error');
    assert.match(error.message, /^WRONGPASS invalid username-password pair or user is disabled\.$/);
    await inside.config('SET', 'requirepass', '');
  });
});
