/**
 * A loop that runs in the background, for programs that do not use loops themselves: like Node's own loop, it runs as
 * long as the process lives, and keeps the process alive only while it has something to do.
 */
import { readFileSync } from 'node:fs'
import { recordInto, replayedBy, replayFrom } from '../guard/record/run-file.js'
import { bunHost } from '../host/bun.js'
import { traceFiles } from '../host/common/trace-files.js'
import type { Host } from '../host/contract/host.js'
import { denoHost } from '../host/deno.js'
import { nodeHost } from '../host/node.js'
import { whichRuntime } from '../host/platform/runtime-name.js'
import { compileOwn, shippedModule } from '../runtime/module.js'
import { Async } from '../uv/async.js'
import { Loop } from '../uv/loop/loop.js'
import { INSTANCE } from '../uv/loop/loop-keys.js'
import { throwUncaught } from './ticks.js'

/** Keeps the run going while nothing else does: without a referenced handle, libuv would end the run. */
class Anchor extends Async {
  /** Asks libuv whether anything but this handle keeps the loop alive. */
  othersAreAlive(): boolean {
    const { exports } = this.instance
    exports.uvw_unref(this.address)
    const alive = exports.uvw_loop_alive() !== 0
    exports.uvw_ref(this.address)
    return alive
  }
}

let background: Loop | undefined
let wrap: (host: Host) => Host = (host) => host

/** All hosts are imported statically, because the loop has to be opened synchronously. */
const hosts = { bun: bunHost, deno: denoHost, node: nodeHost }

/**
 * Wraps the host of the background loop, on which `libuv-wasm/net` and everything after `libuv-wasm/net/register` runs.
 * To be called before its first use; a second call wraps what the first one has made.
 *
 * @throws {TypeError} when the loop runs already
 */
export function wrapHost(around: (host: Host) => Host): void {
  if (background !== undefined) {
    throw new TypeError('Cannot wrap the host: sockets have been made over it; call wrapHost() before that')
  }
  const before = wrap
  wrap = (host) => around(before(host))
}

/**
 * The background loop, opened on first use. Exceptions in callbacks are uncaught exceptions of the process, as in
 * Node.
 */
export function backgroundLoop(): Loop {
  background ??= start()
  return background
}

/** What holds the process, and the host of the loop: recorded or replayed, if environment variables say so. */
function openHost(): { host: Host; keepAlive: () => () => void } {
  const { UVWASM_RECORD, UVWASM_REPLAY, UVWASM_RECORD_IF_MISSING } = process.env
  const options = {
    ...(UVWASM_RECORD !== undefined && { record: UVWASM_RECORD }),
    ...(UVWASM_REPLAY !== undefined && { replay: UVWASM_REPLAY }),
    ...(UVWASM_RECORD_IF_MISSING !== undefined && { recordIfMissing: UVWASM_RECORD_IF_MISSING }),
  }
  const replayed = replayedBy(options, traceFiles)
  if (replayed !== undefined) {
    const { host, done } = replayFrom(replayed, traceFiles)
    done.catch(throwUncaught)
    // A replay holds the process itself, until it is over.
    return { host, keepAlive: () => () => {} }
  }
  // What a wrapper makes may be a network in memory, which has its own way to keep the process alive.
  const host = wrap(hosts[whichRuntime()]())
  const keepAlive = host.keepAlive.bind(host)
  // The run never ends, so it must not keep the process alive.
  host.keepAlive = () => () => {}
  if (Object.keys(options).length === 0) return { host, keepAlive }
  const recorded = recordInto(options, traceFiles, host)
  traceFiles.whenExiting(() => recorded.close())
  return { host: recorded.host, keepAlive }
}

function start(): Loop {
  const { host, keepAlive } = openHost()
  const loop = Loop.openSync({ host, module: compileOwn(new Uint8Array(readFileSync(shippedModule))) })
  loop.onError = throwUncaught
  const anchor = new Anchor({ loop })
  let release: (() => void) | undefined
  // Whatever a program does between turns causes another turn, so a check after each turn is enough.
  loop[INSTANCE].pump.afterTurn = () => {
    if (anchor.othersAreAlive()) release ??= keepAlive()
    else {
      release?.()
      release = undefined
    }
  }
  loop.run().catch((error: unknown) => {
    // The module has trapped. Its handles are lost; the next use opens another loop.
    background = undefined
    release?.()
    throwUncaught(error)
  })
  return loop
}
