/**
 * Says whether a socket is one of ours, in programs that run with `--import libuv-wasm/net/register`; where OWN_NET is
 * set they run without, to show what the runtime's own `node:net` makes of them.
 */
import assert from 'node:assert/strict'
import { Socket } from 'libuv-wasm/net'

/** @param {unknown} socket - which a library made */
export const assertOurs = (socket) => {
  if (!process.env.OWN_NET)
    assert.ok(socket instanceof Socket, 'the library does not use the sockets of libuv-wasm/net')
}
