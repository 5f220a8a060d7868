// Collections over RESP3 with node-redis: maps, sets and doubles arrive as what they are.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { redis } from './packages.mjs';
import { startServer } from './server_process.mjs';

const { RESP_TYPES } = redis;
const NOT_OF_THIS_TYPE = /^WRONGTYPE Operation against a key holding the wrong kind of value$/;

let server;
let client;

async function connect(options = {}) {
  const created = redis.createClient({ RESP: 3, socket: { host: '127.0.0.1', port: server.port }, ...options });
  created.on('error', () => {});
  await created.connect();
  return created;
}

// Replies as the decoder made them, without what node-redis does with those it knows.
function raw(...words) {
  return client.sendCommand(words.map(String), { typeMapping: { [RESP_TYPES.SET]: Set, [RESP_TYPES.MAP]: Map } });
}

// Waits until this many clients wait in blocking commands.
async function waiters(count) {
  while (!(await client.info('clients')).includes(`\r\nblocked_clients:${count}\r\n`)) {
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
}

describe('collections over RESP3', { timeout: 120_000 }, () => {
  before(async () => {
    server = await startServer();
    client = await connect();
  });
  after(async () => {
    client.destroy();
    await server.stop();
  });
  beforeEach(() => client.flushAll());

  test('hashes are maps', async () => {
    assert.equal(await client.hSet('h', { a: '1', b: 'x' }), 2);
    assert.deepEqual(await raw('HGETALL', 'h'), new Map([['a', '1'], ['b', 'x']]));
    assert.deepEqual(await raw('HGETALL', 'none'), new Map());
    assert.deepEqual({ ...await client.hGetAll('h') }, { a: '1', b: 'x' });
    assert.deepEqual(await client.hmGet('h', ['a', 'none']), ['1', null]);
    assert.equal(await client.hGet('h', 'none'), null);
    assert.deepEqual((await client.hKeys('h')).sort(), ['a', 'b']);
    assert.deepEqual((await client.hVals('h')).sort(), ['1', 'x']);
    assert.equal(await client.hIncrBy('h', 'a', 4), 5);
    assert.equal(await client.hIncrByFloat('h', 'a', 0.5), '5.5');  // a string, as in RESP2
    assert.equal(await client.hExists('h', 'a'), 1);
    assert.equal(await client.hSetNX('h', 'a', '2'), 0);
    assert.equal(await client.hStrLen('h', 'a'), 3);
    assert.equal(await client.hDel('h', ['a', 'none']), 1);
    assert.equal(await client.hLen('h'), 1);
    // Random fields with values come in pairs.
    assert.deepEqual(await raw('HRANDFIELD', 'h', 5, 'WITHVALUES'), [['b', 'x']]);
    assert.deepEqual(await raw('HRANDFIELD', 'h', 5), ['b']);
    assert.equal(await raw('HRANDFIELD', 'none'), null);
    assert.deepEqual(await raw('HRANDFIELD', 'none', 5, 'WITHVALUES'), []);
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`f${i}`, `${i}`]));
    await client.hSet('many', many);
    const scanned = {};
    for await (const entries of client.hScanIterator('many', { COUNT: 100 })) {
      for (const { field, value } of entries) scanned[field] = value;
    }
    assert.deepEqual(scanned, many);
  });

  test('fields that expire', async () => {
    await client.hSet('h', { a: '1', b: '2', c: '3' });
    assert.deepEqual(await client.hExpire('h', ['a', 'none'], 1000), [1, -2]);
    assert.deepEqual(await client.hpExpire('h', ['b'], 1_000_000, 'NX'), [1]);
    assert.deepEqual(await client.hpExpire('h', ['b'], 1_000_000, 'NX'), [0]);
    const [a, b, c, none] = await client.hTTL('h', ['a', 'b', 'c', 'none']);
    assert.ok(a > 900 && a <= 1000 && b > 900 && b <= 1000);
    assert.deepEqual([c, none], [-1, -2]);
    assert.deepEqual(await client.hPersist('h', ['a', 'c']), [1, -1]);
    const at = Math.floor(Date.now() / 1000) + 10_000;
    assert.deepEqual(await client.hExpireAt('h', ['a'], at), [1]);
    assert.deepEqual(await client.hExpireTime('h', ['a', 'c']), [at, -1]);
    assert.deepEqual(await client.hpExpireTime('h', ['a']), [at * 1000]);
    assert.deepEqual(await client.hpExpireAt('h', ['a'], 1), [2]);
    assert.equal(await client.hExists('h', 'a'), 0);
    // Of Redis 8: several fields set, read and taken at once.
    assert.equal(await client.hSetEx('e', { x: '1', y: '2' }, { expiration: { type: 'EX', value: 1000 } }), 1);
    assert.equal(await raw('HSETEX', 'e', 'FNX', 'FIELDS', 1, 'x', 9), 0);
    assert.deepEqual(await client.hGetEx('e', ['x', 'none'], { expiration: 'PERSIST' }), ['1', null]);
    assert.deepEqual(await raw('HTTL', 'e', 'FIELDS', 1, 'x'), [-1]);
    assert.deepEqual(await client.hGetDel('e', ['x', 'none', 'y']), ['1', null, '2']);
    assert.equal(await client.exists('e'), 0);
    assert.deepEqual(await raw('HPEXPIRE', 'h', 1, 'FIELDS', 2, 'b', 'c'), [1, 1]);
    while (await client.exists('h'));
  });

  test('under a limit of memory keys go, or writes are refused', async () => {
    await client.configSet({ 'maxmemory-policy': 'allkeys-lfu', maxmemory: '4mb' });
    try {
      const value = 'v'.repeat(2000);
      for (let i = 0; i < 3000; i += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, j) => client.zAdd(`z${i + j}`, { score: i, value })));
      }
      assert.match(await client.info('stats'), /\r\nevicted_keys:[1-9]/);
      assert.ok(await client.dbSize() < 3000);
      await client.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '1' });
      await assert.rejects(client.lPush('l', 'x'), /^(Simple)?(Error: )?OOM command not allowed/);
    } finally {
      await client.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '0' });
    }
    assert.equal(await client.lPush('l', 'x'), 1);
  });

  test('lists, and who waits for them', async () => {
    assert.equal(await client.rPush('l', ['a', 'b', 'c', 'b']), 4);
    assert.deepEqual(await client.lRange('l', 0, -1), ['a', 'b', 'c', 'b']);
    assert.equal(await client.lIndex('l', 9), null);
    assert.deepEqual(await client.lPosCount('l', 'b', 0), [1, 3]);
    assert.equal(await client.lPos('l', 'none'), null);
    assert.deepEqual(await client.lPopCount('l', 2), ['a', 'b']);
    assert.equal(await raw('LPOP', 'none'), null);
    assert.equal(await raw('LPOP', 'none', 2), null);
    assert.deepEqual(await client.lmPop(['none', 'l'], 'LEFT', { COUNT: 5 }), ['l', ['c', 'b']]);
    assert.equal(await raw('LMPOP', 1, 'l', 'LEFT'), null);
    assert.equal(await raw('BLPOP', 'l', '0.02'), null);
    assert.equal(await raw('BLMPOP', '0.02', 1, 'l', 'LEFT'), null);
    assert.equal(await raw('BLMOVE', 'l', 'm', 'LEFT', 'LEFT', '0.02'), null);

    const waiter = await connect();
    const popped = waiter.blPop(['k', 'l'], 0);
    await waiters(1);
    await client.rPush('l', 'x');
    assert.deepEqual({ ...await popped }, { key: 'l', element: 'x' });
    const moved = waiter.blMove('l', 'm', 'LEFT', 'RIGHT', 0);
    await waiters(1);
    await client.rPush('l', 'y');
    assert.equal(await moved, 'y');
    assert.deepEqual(await client.lRange('m', 0, -1), ['y']);
    const several = waiter.blmPop(0, ['k', 'l'], 'RIGHT', { COUNT: 2 });
    await waiters(1);
    await client.rPush('l', ['1', '2', '3']);
    assert.deepEqual(await several, ['l', ['3', '2']]);
    waiter.destroy();
  });

  test('sets are sets', async () => {
    assert.equal(await client.sAdd('s', ['a', 'b', 'c']), 3);
    await client.sAdd('t', ['b', 'c', 'd']);
    assert.deepEqual(await raw('SMEMBERS', 's'), new Set(['a', 'b', 'c']));
    assert.deepEqual(await raw('SMEMBERS', 'none'), new Set());
    assert.deepEqual(await raw('SINTER', 's', 't'), new Set(['b', 'c']));
    assert.deepEqual(await raw('SUNION', 's', 't'), new Set(['a', 'b', 'c', 'd']));
    assert.deepEqual(await raw('SDIFF', 's', 't'), new Set(['a']));
    assert.equal(await client.sInterCard(['s', 't']), 2);
    // Whether a member is there is told with numbers, not with booleans.
    assert.equal(await raw('SISMEMBER', 's', 'a'), 1);
    assert.deepEqual(await raw('SMISMEMBER', 's', 'a', 'x'), [1, 0]);
    assert.equal(await raw('SMOVE', 's', 't', 'a'), 1);
    // Distinct random members are a list, since they may repeat with a negative count.
    assert.deepEqual((await raw('SRANDMEMBER', 's', 5)).sort(), ['b', 'c']);
    assert.equal((await raw('SRANDMEMBER', 's', -5)).length, 5);
    assert.equal(await raw('SRANDMEMBER', 'none'), null);
    assert.deepEqual(await raw('SPOP', 's', 5), new Set(['b', 'c']));
    assert.equal(await raw('SPOP', 's'), null);
    assert.deepEqual(await raw('SPOP', 's', 2), new Set());
    assert.equal(await client.sUnionStore('u', ['s', 't']), 4);
    const seen = new Set();
    for await (const members of client.sScanIterator('u')) members.forEach((member) => seen.add(member));
    assert.equal(seen.size, 4);
  });

  test('scores are doubles, and pairs are nested', async () => {
    const members = [{ score: 1, value: 'a' }, { score: 2.5, value: 'b' }, { score: Infinity, value: 'c' }];
    assert.equal(await client.zAdd('z', members), 3);
    assert.equal(await raw('ZSCORE', 'z', 'b'), 2.5);
    assert.equal(await raw('ZSCORE', 'z', 'c'), Infinity);
    assert.equal(await raw('ZSCORE', 'z', 'none'), null);
    assert.deepEqual(await raw('ZMSCORE', 'z', 'a', 'none'), [1, null]);
    assert.equal(await raw('ZINCRBY', 'z', 0.5, 'a'), 1.5);
    assert.equal(await raw('ZADD', 'z', 'INCR', 1, 'a'), 2.5);
    assert.equal(await raw('ZADD', 'z', 'NX', 'INCR', 1, 'a'), null);
    assert.deepEqual(await raw('ZRANGE', 'z', 0, -1), ['a', 'b', 'c']);
    assert.deepEqual(await raw('ZRANGE', 'z', 0, -1, 'WITHSCORES'), [['a', 2.5], ['b', 2.5], ['c', Infinity]]);
    assert.deepEqual(await raw('ZREVRANGEBYSCORE', 'z', 3, 0, 'WITHSCORES'), [['b', 2.5], ['a', 2.5]]);
    assert.deepEqual(await client.zRangeWithScores('z', 0, 0), [{ value: 'a', score: 2.5 }]);
    assert.equal(await raw('ZRANK', 'z', 'b'), 1);
    assert.equal(await raw('ZRANK', 'z', 'none'), null);
    assert.deepEqual(await raw('ZUNION', 1, 'z', 'WITHSCORES'), [['a', 2.5], ['b', 2.5], ['c', Infinity]]);
    assert.deepEqual(await raw('ZDIFF', 1, 'z', 'WITHSCORES'), [['a', 2.5], ['b', 2.5], ['c', Infinity]]);
    assert.equal((await raw('ZRANDMEMBER', 'z', 2, 'WITHSCORES'))[0].length, 2);
    // Without a count the popped pair stands alone; with one there is a list of pairs.
    assert.deepEqual(await raw('ZPOPMIN', 'z'), ['a', 2.5]);
    assert.deepEqual(await raw('ZPOPMAX', 'z', 1), [['c', Infinity]]);
    assert.deepEqual(await raw('ZPOPMIN', 'none'), []);
    assert.deepEqual(await raw('ZMPOP', 1, 'z', 'MIN'), ['z', [['b', 2.5]]]);
    assert.equal(await raw('ZMPOP', 1, 'z', 'MIN'), null);
    assert.equal(await raw('BZPOPMIN', 'z', '0.02'), null);
    assert.equal(await raw('BZMPOP', '0.02', 1, 'z', 'MIN'), null);
  });

  test('who waits for a sorted set', async () => {
    const waiter = await connect();
    const popped = waiter.bzPopMin(['y', 'z'], 0);
    await waiters(1);
    await client.zAdd('z', { score: 1.5, value: 'a' });
    assert.deepEqual({ ...await popped }, { key: 'z', value: 'a', score: 1.5 });
    const several = waiter.sendCommand(['BZMPOP', '0', '1', 'z', 'MAX', 'COUNT', '2']);
    await waiters(1);
    await client.zAdd('z', [{ score: 1, value: 'a' }, { score: 2, value: 'b' }, { score: 3, value: 'c' }]);
    assert.deepEqual(await several, ['z', [['c', 3], ['b', 2]]]);
    waiter.destroy();
  });

  test('doubles in their shortest form', async () => {
    // As text, since the client's own conversion loses the last digits.
    const asText = { typeMapping: { [RESP_TYPES.DOUBLE]: String } };
    for (const score of [0, 0.1, 1e-7, 1e21, 1.7976931348623157e308, 5e-324, 123456789.125, 3]) {
      await client.zAdd('z', { score, value: 'm' });
      const text = await client.sendCommand(['ZSCORE', 'z', 'm'], asText);
      assert.equal(Number(text), score);
      assert.ok(text.length <= `${score}`.length, text);
    }
    await client.zAdd('z', { score: -Infinity, value: 'm' });
    assert.equal(await client.sendCommand(['ZSCORE', 'z', 'm'], asText), '-inf');
  });

  test('another type is refused', async () => {
    await client.set('text', 't');
    for (const words of [['HGETALL', 'text'], ['LPUSH', 'text', 'a'], ['SADD', 'text', 'a'], ['ZADD', 'text', 1, 'a'],
      ['LRANGE', 'text', 0, -1], ['SMEMBERS', 'text'], ['ZRANGE', 'text', 0, -1], ['HSET', 'text', 'a', 1]]) {
      await assert.rejects(raw(...words), (error) => NOT_OF_THIS_TYPE.test(error.message));
    }
    assert.equal(await client.get('text'), 't');
  });

  test('many collections in one pipeline', async () => {
    const calls = [];
    for (let i = 0; i < 2000; ++i) {
      calls.push(client.hSet(`h${i % 7}`, `f${i}`, `${i}`), client.rPush('l', `${i}`), client.sAdd('s', `${i % 500}`),
        client.zAdd('z', { score: -i, value: `${i}` }));
    }
    await Promise.all(calls);
    assert.equal(await client.lLen('l'), 2000);
    assert.equal(await client.sCard('s'), 500);
    assert.equal((await client.zRange('z', 0, 0))[0], '1999');
    assert.equal(await client.hLen('h0'), 286);
  });
});
