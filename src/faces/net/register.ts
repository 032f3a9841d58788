/**
 * Puts `libuv-wasm/net` in the place of `node:net`, for programs that were not written for it:
 *
 * ```sh
 * node --import libuv-wasm/net/register program.js
 * deno run --preload npm:libuv-wasm/net/register program.js
 * bun --preload libuv-wasm/net/register program.js
 * ```
 *
 * What the runtime imports itself stays as it is: `node:http` and `node:tls` are given sockets by their options
 * (`createConnection`, `socket`) and by the event `connection`.
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
 * Bun asks nobody where its own modules are. So the module itself is changed, for `require()` and for its default import; who
 * imports single names of it gets Bun's. Modules of Bun's that extend its classes have to be there before.
 */
function changeModule(): void {
  const require = loader.createRequire(import.meta.url)
  for (const name of ['node:tls', 'node:http', 'node:https', 'node:http2']) require(name)
  Object.assign(require('node:net'), net)
}
