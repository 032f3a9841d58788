/**
 * The unmodified client `pg` with PostgreSQL: `node --import libuv-wasm/net/register pg.mjs PORT PASSWORD FOLDER`.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { assertOurs } from './over-ours.mjs'

const [port = '', password = '', folder = ''] = process.argv.slice(2)
const settings = { host: '127.0.0.1', port: Number(port), user: 'tester', password, database: 'postgres' }

const client = new pg.Client(settings)
await client.connect()
assertOurs(Reflect.get(client, 'connection').stream)

await client.query('CREATE TABLE pieces (id int PRIMARY KEY, bytes bytea)')
const bytes = Buffer.alloc(3_000_000, 'libuv')
await client.query('INSERT INTO pieces VALUES ($1, $2)', [1, bytes])
const { rows } = await client.query('SELECT bytes, length(bytes) FROM pieces WHERE id = $1', [1])
assert.ok(bytes.equals(rows[0].bytes))
assert.equal(rows[0].length, bytes.length)

// More than the stream's buffers hold, in rows of all lengths.
const many = await client.query("SELECT n, repeat('x', n % 500) AS text FROM generate_series(1, 20000) AS n")
assert.equal(many.rows.length, 20_000)
assert.ok(many.rows.every(({ n, text }, at) => n === at + 1 && text.length === n % 500))

await assert.rejects(client.query('INSERT INTO pieces VALUES (1, NULL)'), { code: '23505' })
await client.query('LISTEN news')
const heard = once(client, 'notification')

// Several queries at once, while another connection waits.
const pool = new pg.Pool({ ...settings, max: 8 })
const squares = await Promise.all(
  Array.from({ length: 200 }, (_, n) => pool.query('SELECT $1::int * $1::int AS n', [n])),
)
assert.deepEqual(
  squares.map(({ rows }) => rows[0].n),
  Array.from({ length: 200 }, (_, n) => n * n),
)
await pool.query("NOTIFY news, 'hello'")
const [{ payload }] = await heard
assert.equal(payload, 'hello')
await pool.end()

// TLS over a socket of libuv-wasm/net, with the certificate checked.
const secure = new pg.Client({ ...settings, host: 'localhost', ssl: { ca: readFileSync(join(folder, 'server.crt')) } })
await secure.connect()
assert.equal((await secure.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).rows[0].ssl, true)
assert.equal((await secure.query("SELECT repeat('y', 1000000) AS text")).rows[0].text.length, 1_000_000)
await secure.end()

// Over a Unix socket, without TLS; and to one that does not exist.
const local = new pg.Client({ ...settings, host: folder })
await local.connect()
assertOurs(Reflect.get(local, 'connection').stream)
assert.equal((await local.query('SELECT inet_client_addr() IS NULL AS local')).rows[0].local, true)
assert.equal((await local.query("SELECT repeat('z', 1000000) AS text")).rows[0].text.length, 1_000_000)
await local.end()
await assert.rejects(new pg.Client({ ...settings, host: folder, port: 1 }).connect(), { code: 'ENOENT' })

// A connection that the server ends.
const doomed = new pg.Client(settings)
await doomed.connect()
const lost = once(doomed, 'error')
const gone = new Promise((resolve) => doomed.once('end', resolve))
// Emitted twice: for the server's message, and for the end of the connection.
doomed.on('error', () => {})
await client.query('SELECT pg_terminate_backend($1)', [Reflect.get(doomed, 'processID')])
const [reason] = await lost
assert.match(String(reason), /terminat/)
await gone
await client.end()

// A port without a server.
await assert.rejects(new pg.Client({ ...settings, port: 1 }).connect(), { code: 'ECONNREFUSED', port: 1 })
console.log('pg is content')
