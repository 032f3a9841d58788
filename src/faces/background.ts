/**
 * A loop that runs by itself, for programs that know of no loop: as Node's own does, it runs for as long as the process lives,
 * and keeps the process alive only while it has something to do.
 */
import { readFileSync } from 'node:fs'
import { bunHost } from '../host/bun.js'
import { denoHost } from '../host/deno.js'
import { nodeHost } from '../host/node.js'
import { whichRuntime } from '../host/platform/runtime-name.js'
import { compileOwn, shippedModule } from '../runtime/module.js'
import { Async } from '../uv/async.js'
import { INSTANCE, Loop } from '../uv/loop.js'
import { throwUncaught } from './ticks.js'

/** What keeps the run going while nothing else does: libuv ends a run, and serves nobody, when nothing is referenced. */
class Anchor extends Async {
  /** Asks libuv, while this handle does not count, whether something else keeps the loop alive. */
  othersAreAlive(): boolean {
    const { exports } = this.instance
    exports.uvw_unref(this.address)
    const alive = exports.uvw_loop_alive() !== 0
    exports.uvw_ref(this.address)
    return alive
  }
}

let background: Loop | undefined

/** All of them at once, since a program that knows of no loop does not wait for one to be opened. */
const hosts = { bun: bunHost, deno: denoHost, node: nodeHost }

/** The loop that runs by itself, opened when it is first asked for. A callback's exception is the process's, as Node has it. */
export function backgroundLoop(): Loop {
  background ??= start()
  return background
}

function start(): Loop {
  const host = hosts[whichRuntime()]()
  const keepAlive = host.keepAlive.bind(host)
  // The run has no end; the process has.
  host.keepAlive = () => () => {}
  const loop = Loop.openSync({ host, module: compileOwn(new Uint8Array(readFileSync(shippedModule))) })
  loop.onError = throwUncaught
  const anchor = new Anchor({ loop })
  let release: (() => void) | undefined
  // What a program does between turns asks for another one.
  loop[INSTANCE].pump.afterTurn = () => {
    if (anchor.othersAreAlive()) release ??= keepAlive()
    else {
      release?.()
      release = undefined
    }
  }
  loop.run().catch((error: unknown) => {
    // The module has trapped. What was on it is lost; what comes next gets another.
    background = undefined
    release?.()
    throwUncaught(error)
  })
  return loop
}
