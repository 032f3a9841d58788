/** The thread of a guest under the worker driver: the kernel and the guest, which blocks it whenever it waits. */
import { workerData } from 'node:worker_threads'
import type { Description } from '../abi/description.js'
import { Trace } from '../runtime/trace.js'
import type { WasiOptions } from '../runtime/wasi.js'
import { loadProgram, type Program } from './program.js'
import { ToParent } from './protocol.js'
import { RemoteHost, Wire, type Wires } from './remote-host.js'
import { GuestExit } from './stdio.js'

/** What the parent gives to the thread. */
export interface WorkerSetup {
  readonly module: WebAssembly.Module
  readonly abi: Description
  readonly wasi: WasiOptions
  readonly wires: Wires
  /** The topics to trace; see {@link Trace}. */
  readonly trace: string
  readonly maxDescriptors: number | undefined
}

const setup: WorkerSetup = workerData
const wire = new Wire(setup.wires)
const host = new RemoteHost(wire)
const encoder = new TextEncoder()

/** Asks until there is an answer or the time is over; the thread sleeps in between. */
function wait(ask: () => number, timeout: number): number {
  const deadline = timeout < 0 ? Number.POSITIVE_INFINITY : performance.now() + timeout
  for (;;) {
    wire.deliver()
    const answer = ask()
    if (answer !== 0) return answer
    const left = deadline - performance.now()
    if (left <= 0) {
      wire.flush()
      return 0
    }
    wire.sleep(left)
  }
}

function load(): Promise<Program> {
  return loadProgram({
    ...setup,
    host,
    trace: new Trace(setup.trace, (line) => wire.post(ToParent.OUTPUT, 2, encoder.encode(`${line}\n`))),
    onOutput: (stream, bytes) => {
      wire.post(ToParent.OUTPUT, stream, bytes)
      wire.flush()
    },
    onChange: () => {},
    wait: (calls) => ({
      poll_wait: (events: number, max: number, timeout: number) => wait(() => calls.poll_wait(events, max, 0), timeout),
      poll: (fds: number, nfds: number, timeout: number) => wait(() => calls.poll(fds, nfds, 0), timeout),
    }),
  })
}

try {
  const { start } = await load()
  start()
  wire.post(ToParent.EXIT, 0)
} catch (error) {
  if (error instanceof GuestExit) wire.post(ToParent.EXIT, error.code)
  else
    wire.post(ToParent.TRAP, 0, encoder.encode(error instanceof Error ? (error.stack ?? error.message) : String(error)))
}
wire.flush()
