/**
 * The driver for engines that cannot suspend WebAssembly: the guest has a thread of its own, which it may block, and the host
 * stays in this one.
 */
import type { Worker } from 'node:worker_threads'
import type { GuestRun, GuestSetup } from './guest.js'
import { HostServer } from './host-server.js'
import { decodeText, ToParent } from './protocol.js'
import { makeRing } from './ring.js'
import type { WorkerSetup } from './worker.js'

/** Bytes of each ring: enough for what a busy guest and its host say in one turn. */
const RING = 1024 * 1024

/** The exit code of a guest that is told to stop: that of SIGTERM in a shell. */
const TERMINATED = 143

/** Starts a guest in a thread of its own. */
export async function startInWorker(setup: GuestSetup): Promise<GuestRun> {
  const { Worker } = await import('node:worker_threads')
  const wires = { toParent: makeRing(RING), toGuest: makeRing(RING) }
  const workerData: WorkerSetup = {
    module: setup.module,
    abi: setup.abi,
    wasi: setup.wasi,
    wires,
    trace: setup.trace.topics,
    maxDescriptors: setup.maxDescriptors,
  }
  const worker: Worker = new Worker(new URL('./worker.js', import.meta.url), { workerData })
  const release = setup.host.keepAlive()
  let server: HostServer | undefined
  const exit = new Promise<number>((resolve, reject) => {
    let terminated: number | undefined
    server = new HostServer(setup.host, wires, (kind, id, payload) => {
      if (kind === ToParent.OUTPUT) setup.onOutput(id === 2 ? 2 : 1, payload.slice())
      else if (kind === ToParent.EXIT) terminated = id
      else if (kind === ToParent.TRAP) reject(new GuestTrap(decodeText(payload)))
    })
    worker.once('error', reject)
    worker.once('exit', () => {
      server?.drain()
      resolve(terminated ?? TERMINATED)
    })
  })
  return {
    exit: exit.finally(() => {
      server?.close()
      release()
    }),
    terminate: () => void worker.terminate(),
  }
}

/** A guest that trapped in another thread; its message is the trap's stack, with C names where the module has them. */
export class GuestTrap extends Error {
  /** @param stack - as the engine printed it */
  constructor(stack: string) {
    super(stack.split('\n')[0] ?? stack)
    this.name = 'GuestTrap'
    this.stack = stack
  }
}
