/** Says whether a socket is one of ours, in programs that run with `--import libuv-wasm/net/register`. */
import assert from 'node:assert/strict'
import { Socket } from 'libuv-wasm/net'

/** @param {unknown} socket - which a library made */
export const assertOurs = (socket) => {
  assert.ok(socket instanceof Socket, 'the library does not use the sockets of libuv-wasm/net')
}
