/** The ways to measure a contender: each takes the command of its program, and the duration of the work in seconds. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { native } from './contenders.js'
import { output, pause, Running } from './process.js'

/** The result of one measurement. */
export interface Measurement {
  /** A rate per second, or a cost; see {@link Mode}. */
  readonly value: number
  /** CPU time of all threads of the program per counted operation, in microseconds. */
  readonly cpu?: number
  /** Latency of an operation in microseconds. */
  readonly p50?: number
  readonly p99?: number
  readonly p999?: number
}

/** A way to measure. */
export type Measure = (command: readonly string[], seconds: number) => Promise<Measurement>

/** Options of the load generator; see `native/load.c`. */
export interface Load {
  readonly load: 'ping' | 'stream' | 'up' | 'down' | 'churn'
  readonly connections: number
  /** Bytes of a message. */
  readonly size: number
  /** Additional connections that are idle. */
  readonly idle?: number
  /** Client and server share one CPU: with a single message in flight, two CPUs would measure the scheduler. */
  readonly pinned?: boolean
}

const LOAD = 'build/bench-programs/load'
const MIB = 1_048_576
/** Seconds until engines have compiled hot code: V8 needs half of it, JavaScriptCore all of it. */
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

/** Calls a function while a number of idle connections are established. */
function holding<Value>(port: string, connections: number, use: () => Promise<Value>): Promise<Value> {
  if (connections === 0) return use()
  return Running.during([LOAD, 'idle', port, String(connections), '1', '0'], async (holder) => {
    await holder.line()
    return use()
  })
}

/**
 * Idle connections: resident memory per connection in bytes, and CPU time of all per second in microseconds.
 *
 * @param beside - how many connections are established before memory is measured. The first thousand include one-time
 *   costs: an engine compiles a connection's code after some hundred runs, and the process keeps the memory that this
 *   needed.
 */
export function standing(connections: number, beside = 0): Measure {
  const measure = async (server: Running, port: string): Promise<Measurement> => {
    await settled(server)
    const before = server.memory
    return holding(port, connections, async () => {
      await settled(server)
      const value = (server.memory - before) / connections
      // V8 revisits its compiled WebAssembly code some seconds later, which is not a cost of the connections.
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

/** Waits until a program is idle. */
async function settled(program: Running): Promise<void> {
  for (let turns = 0, before = -1; turns < 20 && program.cpu - before > 0.001; turns++) {
    before = program.cpu
    await pause(200)
  }
}

/** Milliseconds until a program has written its cache for the next start. */
const KEEPING = 1500

/** The commands that have been started before. */
const known = new Set<string>()

/**
 * Milliseconds from the start of the process until the first byte is echoed.
 *
 * @param again - whether the program was started before and has a compile cache; otherwise the cache is disabled
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

/** Sends a byte, and waits for its echo. */
async function exchange(server: Running): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(await server.port()), noDelay: true })
  socket.write('x')
  await once(socket, 'data')
  socket.destroy()
}

/** Operations per second of a client of a native echo server. */
export function asClient(role: 'dial' | 'ping'): Measure {
  return (command, seconds) => withServer((port) => selfMeasured([...command, role, port, String(seconds)]))
}

/** Calls per second of a program with blocking calls. */
export function blocking(role: 'trip' | 'bind' | 'look'): Measure {
  return (command, seconds) => withServer((port) => selfMeasured([...command, role, port, String(seconds)], true), true)
}

/** Timers per second, for a number of timers. */
export function timers(count: number): Measure {
  return (command) => selfMeasured([...command, String(count)])
}

function withServer<Value>(use: (port: string) => Promise<Value>, pinned = false): Promise<Value> {
  const command = [...(native.programs.server ?? []), 'echo']
  return Running.during(command, async (server) => use(await server.port()), pinned)
}

/** Runs a program that prints `ready`, and then its number of operations and their duration. */
function selfMeasured(command: readonly string[], pinned = false): Promise<Measurement> {
  const measure = async (program: Running): Promise<Measurement> => {
    while ((await program.line()) !== 'ready') {}
    const before = program.cpu
    const { operations, seconds } = JSON.parse(await program.line())
    return { value: operations / seconds, cpu: ((program.cpu - before) * 1e6) / operations }
  }
  return Running.during(command, measure, pinned)
}

/** Evaluates an expression in a `node` process. */
export function ask(node: string, expression: string): string {
  return output([node, '--print', expression]).trim()
}
