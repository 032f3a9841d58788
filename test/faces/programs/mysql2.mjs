/** The unmodified client `mysql2` with MariaDB: `node --import libuv-wasm/net/register mysql2.mjs PORT PATH`. */
import assert from 'node:assert/strict'
import mysql from 'mysql2/promise'
import { assertOurs } from './over-ours.mjs'

const settings = { host: '127.0.0.1', port: Number(process.argv[2]), user: 'root' }
const connection = await mysql.createConnection(settings)
assertOurs(Reflect.get(Reflect.get(connection, 'connection'), 'stream'))

await connection.query('CREATE DATABASE pieces')
await connection.query('CREATE TABLE pieces.pieces (id INT PRIMARY KEY, bytes LONGBLOB)')
const bytes = Buffer.alloc(3_000_000, 'libuv')
await connection.execute('INSERT INTO pieces.pieces VALUES (?, ?)', [1, bytes])
const [[row]] = /** @type {[mysql.RowDataPacket[], mysql.FieldPacket[]]} */ (
  await connection.execute('SELECT bytes FROM pieces.pieces')
)
assert.ok(bytes.equals(row?.bytes))
await assert.rejects(connection.execute('INSERT INTO pieces.pieces VALUES (1, NULL)'), { code: 'ER_DUP_ENTRY' })

const pool = mysql.createPool({ ...settings, connectionLimit: 8 })
const squares = await Promise.all(
  Array.from({ length: 200 }, async (_, n) => {
    const [rows] = /** @type {[mysql.RowDataPacket[], mysql.FieldPacket[]]} */ (
      await pool.query('SELECT ? * ? AS n', [n, n])
    )
    return rows[0]?.n
  }),
)
assert.deepEqual(
  squares,
  Array.from({ length: 200 }, (_, n) => n * n),
)
await pool.end()

// The same server over its Unix socket.
const local = await mysql.createConnection({ socketPath: String(process.argv[3]), user: 'root' })
assertOurs(Reflect.get(Reflect.get(local, 'connection'), 'stream'))
const [[again]] = /** @type {[mysql.RowDataPacket[], mysql.FieldPacket[]]} */ (
  await local.execute('SELECT bytes FROM pieces.pieces')
)
assert.ok(bytes.equals(again?.bytes))
await local.end()
await connection.end()
console.log('mysql2 is content')
