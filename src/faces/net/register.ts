/**
 * Puts `libuv-wasm/net` in the place of `node:net`, for programs that were not written for it:
 *
 * ```sh
 * node --import libuv-wasm/net/register program.js
 * ```
 *
 * What Node imports itself stays as it is: `node:http` and `node:tls` are given sockets by their options (`createConnection`,
 * `socket`) and by the event `connection`.
 */
import * as loader from 'node:module'
import net from './replacement.js'
import { resolve } from './resolve-net.js'

// For import.
const registerHooks: unknown = Reflect.get(loader, 'registerHooks')
if (typeof registerHooks === 'function') registerHooks({ resolve })
else loader.register('./resolve-net.js', import.meta.url)

// For require(), on every Node.
const load: unknown = Reflect.get(loader.Module, '_load')
if (typeof load === 'function') {
  Reflect.set(loader.Module, '_load', (request: string, ...rest: readonly unknown[]): unknown =>
    request === 'net' || request === 'node:net' ? net : Reflect.apply(load, loader.Module, [request, ...rest]),
  )
}
