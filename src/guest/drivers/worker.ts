/**
 * The thread of a guest under the worker driver. It has the kernel and the guest, and it blocks while the guest
 * waits.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Description } from '../../abi/description.js'
import type { NumberCall } from '../../base/call.js'
import type { WasmModule } from '../../base/platform-types.js'
import type { SignalSet } from '../../base/signals.js'
import { Ledger, levelNumber } from '../../guard/limits/ledger.js'
import type { Limits } from '../../guard/limits/limits.js'
import { openGiven } from '../../host/common/process-streams.js'
import type { HostStream, StreamGiven } from '../../host/contract/stream.js'
import type { SignalCalls, TimerSetting } from '../../kernel/syscalls/context.js'
import { ClientChannel } from '../../remote/client/channel.js'
import { RemoteHost } from '../../remote/client/host.js'
import { remoteRelays } from '../../remote/client/streams.js'
import type { HostTraits } from '../../remote/host-traits.js'
import { encode, encodeText, FILES_ID, type LimitReport, ToGuest, ToParent, type Wires } from '../../remote/protocol.js'
import { adoptModules, type GeneratedModules, generatedModules } from '../../runtime/generated-modules.js'
import { Trace } from '../../runtime/trace.js'
import { type Directory, isDirectory, type Mount } from '../../wasi/fs/given.js'
import type { WasiOptions } from '../../wasi/provider.js'
import type { Driver } from '../driver.js'
import { GuestExit, GuestTrap } from '../exit.js'
import { loadProgram, type Program } from '../program.js'
import { isUnsure } from '../streams.js'
import { ProcessorClock, threadNumber } from '../time/processor-clock.js'
import { PulseWriter } from '../time/pulse.js'
import type { GeneratedMessage } from './thread.js'
import type { ThreadData } from './thread-code.js'
import type { FilesMessage } from './thread-files.js'

/** The message with which the parent starts a guest. */
export interface WorkerSetup {
  readonly module: WasmModule
  /** What an earlier thread has generated for the same program. */
  readonly generated?: GeneratedModules | undefined
  readonly abi: Description
  readonly wasi: WasiOptions
  readonly files?: readonly Mount[] | undefined
  readonly wires: Wires
  /** See {@link makePulse}. */
  readonly pulse: SharedArrayBuffer
  readonly streams: readonly StreamGiven[]
  /** The topics to trace; see {@link Trace}. */
  readonly trace: string
  readonly wallClock: boolean
  readonly limits: Limits
  readonly isMemoryGiven: boolean
  /** Where the use of limits is shown to the parent. */
  readonly table: Float64Array
  readonly traits: HostTraits
}

/** Sends to the parent what a guest says of signals: only the parent can act while the guest computes. */
class RemoteSignals implements SignalCalls {
  readonly #wire: ClientChannel

  constructor(wire: ClientChannel) {
    this.#wire = wire
  }

  dispose(caught: SignalSet, ignored: SignalSet): void {
    this.#wire.post(ToParent.SIGNALS, 0, 0, encode({ caught, ignored }))
    this.#wire.publish()
  }

  setTimer(setting: TimerSetting): void {
    this.#wire.post(ToParent.TIMER, 0, 0, encode(setting))
    this.#wire.publish()
  }
}

/** Waits by blocking the thread. */
class BlockingDriver implements Driver {
  readonly pumps = false
  readonly waitsForRoom = true
  readonly signals: SignalCalls
  readonly #wire: ClientChannel
  readonly #pulse: PulseWriter
  readonly streams: readonly HostStream[]

  constructor(wire: ClientChannel, pulse: PulseWriter, given: readonly StreamGiven[]) {
    this.#wire = wire
    this.#pulse = pulse
    this.signals = new RemoteSignals(wire)
    const relays = remoteRelays(wire, given.length)
    this.streams = relays.flatMap((relay, index) => {
      const one = given[index]
      return one === undefined ? [] : openGiven(one, relay, 0)
    })
  }

  get waited(): number {
    return this.#wire.slept * 1e6
  }

  wait(ask: () => number, timeout: number): number {
    this.#pulse.turn()
    const deadline = timeout < 0 ? Number.POSITIVE_INFINITY : performance.now() + timeout
    for (;;) {
      this.#wire.deliver()
      const answer = ask()
      if (answer !== 0) return answer
      const left = deadline - performance.now()
      if (left > 0) this.#sleep(left)
      else if (isUnsure(this.streams)) this.#sleep(Number.POSITIVE_INFINITY)
      else return 0
    }
  }

  enter(call: NumberCall, argument: number): number {
    return call(argument)
  }

  onNothing(ask: () => number): number {
    this.#pulse.turn()
    this.#wire.deliver()
    return ask()
  }

  onChange(): void {}

  #sleep(timeout: number): void {
    this.#pulse.wait(true)
    this.#wire.sleep(timeout)
    this.#pulse.wait(false)
  }
}

async function run(setup: WorkerSetup): Promise<void> {
  const wire = new ClientChannel(setup.wires)
  await runGuest(setup, wire)
  wire.publish()
}

async function runGuest(setup: WorkerSetup, wire: ClientChannel): Promise<void> {
  if (setup.generated) adoptModules(setup.generated)
  const trace = new Trace(setup.trace, (line) => wire.post(ToParent.TRACE, 0, 0, encodeText(line)))
  const onAbsent = (name: string): void => wire.post(ToParent.ABSENT, 0, 0, encodeText(name))
  // What the limits in this thread have to tell is passed on at once: the guest may not wait soon.
  const ledger = new Ledger(setup.limits, {}, setup.table, (slot, level, used) => {
    const report: LimitReport = { used }
    wire.post(ToParent.LIMIT, slot, levelNumber(level), encode(report))
    wire.publish()
  })
  const { module, abi, wasi, files, wallClock, isMemoryGiven } = setup
  const options = {
    module,
    abi,
    wasi,
    files,
    trace,
    wallClock,
    limits: { ledger, isMemoryGiven },
    onAbsent,
    host: new RemoteHost(wire, setup.traits),
  }
  const ending = new GuestExit()
  const pulse = new PulseWriter(setup.pulse)
  beat(pulse)
  const driver = new BlockingDriver(wire, pulse, setup.streams)
  const program = await loadProgram(options, driver, ending).catch(({ name, message }: Error) => {
    wire.post(ToParent.UNFIT, 0, 0, encode({ name, message: message.slice(0, UNFIT_TOLD) }))
  })
  if (program === undefined) return
  wire.route(FILES_ID, (kind) => {
    if (kind === ToGuest.FILES) tell({ files: program.files(), isOver: false })
  })
  const thread: ThreadData | null = workerData
  thread?.keep?.()
  if (setup.generated === undefined) tell({ generated: generatedModules() })
  wire.onSignal = (signal) => program.arrivals.add(signal)
  wire.post(ToParent.READY, 0)
  wire.publish()
  play(program, ending)
  // Sent after the guest's resources were released and before the parent closes the rest: only this thread knows
  // which received bytes were not read, and so which connections end with a reset.
  const outcome = await ending.told
  if (outcome.kind === 'exited') wire.post(ToParent.EXIT, 0, outcome.code)
  else if ('error' in outcome) {
    const { message, stack = message } = GuestTrap.from(outcome.error)
    wire.post(ToParent.TRAP, 0, 0, encode({ message, stack }))
  }
  sendLast(program.files())
}

/** Begins to count the time of the guest. */
function beat(pulse: PulseWriter): void {
  const number = threadNumber()
  const clock = ProcessorClock.of(number)
  pulse.begin(number, clock?.read() ?? 0)
  clock?.close()
}

function tell(message: FilesMessage | GeneratedMessage, memory: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, memory)
}

/** Passes the files of a guest that has ended to the parent, with their memory. */
function sendLast(files: Directory): void {
  const buffers = new Set<ArrayBuffer>()
  const collect = (folder: Directory): void => {
    for (const entry of folder.values()) {
      if (isDirectory(entry)) collect(entry)
      else if (entry instanceof Uint8Array && entry.length > 0 && entry.buffer instanceof ArrayBuffer)
        buffers.add(entry.buffer)
    }
  }
  collect(files)
  tell({ files, isOver: true }, [...buffers])
}

/** Runs `main()` to its end. */
function play({ start }: Program, ending: GuestExit): void {
  try {
    start()
    ending.exit(0)
  } catch (trap) {
    ending.trap(trap)
  }
  ending.unwound()
}

/** How many characters of a load error are reported; the names in it can have any length. */
const UNFIT_TOLD = 8192

// There are more frames between main() and a callback of libuv than engines show by default.
Error.stackTraceLimit = 100
// Without an `await` at the top: the command loads this file as a script.
parentPort?.once('message', (setup: WorkerSetup) => void run(setup))
