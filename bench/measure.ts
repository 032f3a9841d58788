/** The ways to measure a contender: each takes the command of its program, and how many seconds the work may last. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { native } from './contenders.js'
import { output, pause, Running } from './process.js'

/** What came out. */
export interface Measurement {
  /** A rate per second, or a cost; see {@link Mode}. */
  readonly value: number
  /** CPU time of the program for one of what is counted, all threads, in microseconds. */
  readonly cpu?: number
  /** Latency of an operation in microseconds. */
  readonly p50?: number
  readonly p99?: number
  readonly p999?: number
}

/** A way to measure. */
export type Measure = (command: readonly string[], seconds: number) => Promise<Measurement>

/** What the load generator is told; see `native/load.c`. */
export interface Load {
  readonly load: 'ping' | 'stream' | 'up' | 'down' | 'churn'
  readonly connections: number
  /** Bytes of a message. */
  readonly size: number
  /** Connections that stand beside and do nothing. */
  readonly idle?: number
  /** Client and server on one CPU: with one message under way, two CPUs measure the scheduler. */
  readonly pinned?: boolean
}

const LOAD = 'build/bench-programs/load'
const MIB = 1_048_576
/** Seconds until engines have compiled what is hot: half of it for V8, all of it for JavaScriptCore. */
const WARM_UP = 1
const ROLES = { up: 'sink', down: 'source' } as const

/** A server under load: messages, connections or MiB per second. */
export function underLoad({ load, connections, size, idle = 0, pinned = false }: Load): Measure {
  const inBytes = load === 'stream' || load === 'up' || load === 'down'
  const role = load === 'up' || load === 'down' ? ROLES[load] : 'echo'
  const measure = async (server: Running, port: string, seconds: number): Promise<Measurement> => {
    const run = (seconds: number) =>
      Running.during(
        [LOAD, load, port, ...[connections, size, seconds].map(String)],
        async (generator) => JSON.parse(await generator.line()),
        pinned,
      )
    await run(Math.min(WARM_UP, seconds))
    const before = server.cpu
    const { operations, bytes, seconds: took, p50, p99, p999 } = await run(seconds)
    const cpu = server.cpu - before
    const count = inBytes ? bytes / MIB : operations
    const rate = { value: count / took, cpu: (cpu * 1e6) / count }
    return operations > 0 ? { ...rate, p50, p99, p999 } : rate
  }
  return (command, seconds) =>
    Running.during(
      [...command, role],
      async (server) => {
        const port = await server.port()
        return holding(port, idle, () => measure(server, port, seconds))
      },
      pinned,
    )
}

/** Does something while so many connections stand. */
function holding<Value>(port: string, connections: number, use: () => Promise<Value>): Promise<Value> {
  if (connections === 0) return use()
  return Running.during([LOAD, 'idle', port, String(connections), '1', '0'], async (holder) => {
    await holder.line()
    return use()
  })
}

/**
 * Connections that do nothing: bytes of resident memory for each, and CPU microseconds a second for all.
 *
 * @param beside - how many stand before memory is looked at. The first thousand bring what comes once: an engine
 *   compiles what a connection runs when it has run some hundred times, and what it needed for that stays with the
 *   process.
 */
export function standing(connections: number, beside = 0): Measure {
  const measure = async (server: Running, port: string): Promise<Measurement> => {
    await settled(server)
    const before = server.memory
    return holding(port, connections, async () => {
      await settled(server)
      const value = (server.memory - before) / connections
      // V8 looks once more, some seconds later, at what it has compiled of WebAssembly. That is not what connections
      // cost.
      const cpu = Math.min(await spentInSecond(server), await spentInSecond(server))
      return { value, cpu: cpu * 1e6 }
    })
  }
  return (command) =>
    Running.during([...command, 'echo'], async (server) => {
      const port = await server.port()
      return holding(port, beside, () => measure(server, port))
    })
}

/** CPU time of a program in the next second, in seconds. */
async function spentInSecond(program: Running): Promise<number> {
  const before = program.cpu
  await pause(1000)
  return program.cpu - before
}

/** Waits until a program has done what it had to do. */
async function settled(program: Running): Promise<void> {
  for (let turns = 0, before = -1; turns < 20 && program.cpu - before > 0.001; turns++) {
    before = program.cpu
    await pause(200)
  }
}

/** Milliseconds until a program has written what it keeps for its next start. */
const KEEPING = 1500

/** The commands that have been started before. */
const known = new Set<string>()

/**
 * Milliseconds from the start of the process until the first byte comes back.
 *
 * @param again - of a program that was started before; else of one that keeps nothing
 */
export function firstByte(again: boolean): Measure {
  return async (command) => {
    const name = command.join(' ')
    if (again && !known.has(name)) {
      known.add(name)
      await Running.during([...command, 'echo'], (server) => exchange(server).then(() => pause(KEEPING)))
    }
    const environment = again ? [] : ['env', 'NODE_DISABLE_COMPILE_CACHE=1']
    const began = performance.now()
    return Running.during([...environment, ...command, 'echo'], async (server) => {
      await exchange(server)
      return { value: performance.now() - began, cpu: server.cpu * 1e6 }
    })
  }
}

/** Sends a byte, and waits until it comes back. */
async function exchange(server: Running): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(await server.port()), noDelay: true })
  socket.write('x')
  await once(socket, 'data')
  socket.destroy()
}

/** A client of a native echo server: operations per second. */
export function asClient(role: 'dial' | 'ping'): Measure {
  return (command, seconds) => withServer((port) => selfMeasured([...command, role, port, String(seconds)]))
}

/** A program of calls that wait: calls per second. */
export function blocking(role: 'trip' | 'bind' | 'look'): Measure {
  return (command, seconds) => withServer((port) => selfMeasured([...command, role, port, String(seconds)], true), true)
}

/** So many timers: timers per second. */
export function timers(count: number): Measure {
  return (command) => selfMeasured([...command, String(count)])
}

function withServer<Value>(use: (port: string) => Promise<Value>, pinned = false): Promise<Value> {
  const command = [...(native.programs.server ?? []), 'echo']
  return Running.during(command, async (server) => use(await server.port()), pinned)
}

/** A program that says `ready`, and then how many operations it made in what time. */
function selfMeasured(command: readonly string[], pinned = false): Promise<Measurement> {
  const measure = async (program: Running): Promise<Measurement> => {
    while ((await program.line()) !== 'ready') {}
    const before = program.cpu
    const { operations, seconds } = JSON.parse(await program.line())
    return { value: operations / seconds, cpu: ((program.cpu - before) * 1e6) / operations }
  }
  return Running.during(command, measure, pinned)
}

/** What `node` says of an expression. */
export function ask(node: string, expression: string): string {
  return output([node, '--print', expression]).trim()
}
