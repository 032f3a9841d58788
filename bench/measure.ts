/** One measurement: a fresh server, the load generator on it, and what both say. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Contender } from './contenders.js'
import type { Mode } from './modes.js'

/** What came out. Times of one operation are microseconds. */
export interface Measurement {
  /** Per second, of the mode's unit. */
  readonly rate: number
  /** The server's CPU time for one of them, in microseconds; all threads. */
  readonly cpu: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

const LOAD = 'build/bench-programs/load'
/** The CPU that a pinned pair shares. */
const CPU = '1'
/** Clock ticks of `/proc` a second, on every Linux. */
const TICKS = 100

/**
 * Measures a contender.
 *
 * @param seconds - how long the load lasts
 */
export async function measure(contender: Contender, mode: Mode, seconds: number): Promise<Measurement> {
  const [program = '', ...args] = contender.command
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const port = await firstPort(server)
    if (mode.pinned) execFileSync('taskset', ['-acp', CPU, String(server.pid)], { stdio: 'ignore' })
    const before = cpuTime(server)
    const result = await load(port, mode, seconds)
    const cpu = cpuTime(server) - before
    const count = mode.unit === 'bytes' ? result.bytes : result.operations
    return {
      rate: count / result.seconds,
      cpu: (cpu * 1e6) / Math.max(1, mode.unit === 'bytes' ? count / 1_048_576 : count),
      p50: result.p50,
      p99: result.p99,
      p999: result.p999,
    }
  } finally {
    server.kill('SIGKILL')
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
  }
}

interface LoadResult {
  readonly operations: number
  readonly bytes: number
  readonly seconds: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

async function load(port: number, mode: Mode, seconds: number): Promise<LoadResult> {
  const values = [mode.load, port, mode.connections, mode.size, seconds, mode.idle ?? 0].map(String)
  const command = mode.pinned ? ['taskset', '-c', CPU, LOAD, ...values] : [LOAD, ...values]
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the load generator failed in mode ${mode.name}`)
  return JSON.parse(output)
}

/** The number at the end of the first line a server prints. */
async function firstPort(server: ChildProcess): Promise<number> {
  if (server.stdout === null) throw new Error('the server has no output')
  for await (const line of createInterface(server.stdout)) {
    const port = /(\d+)$/.exec(line)
    if (port !== null) return Number(port[1])
  }
  throw new Error(`the server ended without a port: ${server.spawnargs.join(' ')}`)
}

/** Seconds of CPU that a process has used, all threads. */
function cpuTime({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
