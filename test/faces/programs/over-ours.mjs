/**
 * Checks that a socket is one of libuv-wasm/net, in programs that run with `--import libuv-wasm/net/register`. With
 * OWN_NET they run without it, to find out how the runtime's own `node:net` behaves.
 */
import assert from 'node:assert/strict'
import { Socket } from 'libuv-wasm/net'

/** @param {unknown} socket - created by a library */
export const assertOurs = (socket) => {
  if (!process.env.OWN_NET)
    assert.ok(socket instanceof Socket, 'the library does not use the sockets of libuv-wasm/net')
}
