/** The unmodified client `ioredis` with Redis: `node --import libuv-wasm/net/register ioredis.mjs PORT PATH`. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { assertOurs } from './over-ours.mjs'

const [port = '', path = ''] = process.argv.slice(2)
const redis = new Redis(Number(port), '127.0.0.1')
assert.equal(await redis.ping(), 'PONG')
assertOurs(Reflect.get(redis, 'stream'))

const large = Buffer.alloc(5_000_000, 'libuv')
assert.equal(await redis.set('large', large), 'OK')
assert.ok(large.equals((await redis.getBuffer('large')) ?? Buffer.alloc(0)))

const pipeline = redis.pipeline()
for (let n = 0; n < 5_000; n++) pipeline.set(`key ${n}`, n).get(`key ${n}`)
const answers = (await pipeline.exec()) ?? []
assert.equal(answers.length, 10_000)
assert.ok(answers.every(([error, answer], at) => error === null && answer === (at % 2 ? String((at - 1) / 2) : 'OK')))

const listener = redis.duplicate()
await listener.subscribe('news')
const heard = once(listener, 'message')
assert.equal(await redis.publish('news', 'hello'), 1)
assert.deepEqual(await heard, ['news', 'hello'])

// One client waits until another pushes.
const waiter = redis.duplicate()
const popped = waiter.blpop('queue', 0)
await redis.rpush('queue', 'work')
assert.deepEqual(await popped, ['queue', 'work'])

// The server ends a connection, and the client connects again.
const again = once(waiter, 'ready')
await redis.client('KILL', 'ID', await waiter.client('ID'))
await again
assert.equal(await waiter.get('key 7'), '7')

// The same server over its Unix socket.
const local = new Redis(path)
assert.ok(large.equals((await local.getBuffer('large')) ?? Buffer.alloc(0)))
assertOurs(Reflect.get(local, 'stream'))
assert.match(String(await local.client('INFO')), /flags=U/)
await local.quit()

await Promise.all([redis.quit(), listener.quit(), waiter.quit()])
const nobody = new Redis(1, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null })
const failed = once(nobody, 'error')
await assert.rejects(nobody.connect())
assert.equal((await failed)[0].code, 'ECONNREFUSED')
console.log('ioredis is content')
