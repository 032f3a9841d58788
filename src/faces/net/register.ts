/**
 * Replaces `node:net` by `libuv-wasm/net`, for programs that were not written for it:
 *
 * ```sh
 * node --import libuv-wasm/net/register program.js
 * deno run --preload npm:libuv-wasm/net/register program.js
 * bun --preload libuv-wasm/net/register program.js
 * ```
 *
 * The runtime's own imports are not affected: `node:http` and `node:tls` get sockets through their options
 * (`createConnection`, `socket`) and through the event `connection`.
 */
import { whichRuntime } from '../../host/platform/runtime-name.js'
import net from './replacement.js'
import { resolve } from './resolve-net.js'

/** As it is here, and not as it was where this was bundled: Nodes differ in what it has. */
const loader = process.getBuiltinModule('node:module')

if (whichRuntime() !== 'bun') addHooks()
else changeModule()

function addHooks(): void {
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
}

/**
 * Bun resolves its built-in modules without hooks, so the module object itself is patched: for `require()` and for
 * the default import. Named imports still get Bun's exports. Bun's modules that extend its classes have to be loaded
 * before.
 */
function changeModule(): void {
  const require = loader.createRequire(import.meta.url)
  for (const name of ['node:tls', 'node:http', 'node:https', 'node:http2']) require(name)
  Object.assign(require('node:net'), net)
}
