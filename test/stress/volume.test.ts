/**
 * Sends many bytes through the echo server, from a client without the library: none is lost, and the server's memory
 * does not grow with them. 64 MiB by default, 1 GiB with STRESS=1 (`make stress`).
 */
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { within } from '../support/deadline.js'
import { example, Program, startServer } from '../support/programs.js'
import { runSeed } from '../support/random.js'

const MIB = 1 << 20
const full = process.env.STRESS === '1'
const TOTAL = (full ? 1_024 : 64) * MIB

/** Milliseconds for all of it, on a slow and busy machine. */
const PATIENCE = full ? 300_000 : 30_000

/** The allowed growth of the server's memory: buffers of one connection, and what V8 has not collected yet. */
const GROWTH = 80 * MIB

/** The most that the operating system buffers for one direction of a connection, in bytes, from a file in /proc. */
const buffer = (name: 'tcp_rmem' | 'tcp_wmem'): number =>
  Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8').trim().split(/\s+/)[2])

/**
 * The bytes that fit between a client that does not read and the server: the system's buffers in both directions, and
 * the server's share.
 */
const ROOM = 2 * (buffer('tcp_rmem') + buffer('tcp_wmem')) + 4 * MIB

/** Milliseconds between two samples of the server's memory. */
const SAMPLE = 100

/** A figure of a process's memory, in bytes: `VmRSS` is the current size, `VmHWM` approximately the maximum. */
const memory = (pid: number, figure: 'VmRSS' | 'VmHWM'): number => {
  const [, kilobytes] =
    readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm')) ?? []
  return Number(kilobytes) * 1_024
}

interface Report {
  readonly sent: number
  readonly received: number
  readonly writes: number
  readonly seconds: number
  readonly stuckAt?: number
  readonly digests: { readonly sent: string; readonly received: string }
}

const mebibytes = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`

const say = (pace: string, report: Report, samples: readonly number[], peak: number): void => {
  const rate = mebibytes(report.received / report.seconds)
  const stuck = report.stuckAt === undefined ? '' : `, stuck after ${mebibytes(report.stuckAt)}`
  const [first = 0] = samples
  process.stderr.write(
    `${pace}: ${mebibytes(report.received)} back in ${report.seconds.toFixed(1)} s (${rate}/s), ${report.writes} pieces, ` +
      `seed ${runSeed()}${stuck}; server ${mebibytes(first)} at first, at most ${mebibytes(peak)}\n`,
  )
}

test.each(['steady', 'slow'])(
  `the echo server returns ${mebibytes(TOTAL)} unchanged to a %s client`,
  async (pace) => {
    const server = await startServer(process.execPath, [example('echo-server'), '--port', '0'])
    const { pid } = server.program
    const samples = [memory(pid, 'VmRSS')]
    const watch = setInterval(() => samples.push(memory(pid, 'VmRSS')), SAMPLE)
    const args = ['test/stress/programs/echo-client.mjs', server.host, server.port, TOTAL, runSeed(), pace].map(String)
    const client = await within(new Program(process.execPath, args).ended, PATIENCE, 'the client to end')
    clearInterval(watch)
    expect(client).toMatchObject({ code: 0, stderr: '' })
    const report: Report = JSON.parse(client.stdout)
    const peak = Math.max(memory(pid, 'VmHWM'), ...samples)
    say(pace, report, samples, peak)

    expect(report).toMatchObject({ sent: TOTAL, received: TOTAL })
    expect(report.digests.received).toBe(report.digests.sent)
    expect(peak - (samples[0] ?? 0)).toBeLessThan(GROWTH)
    expect(report.stuckAt ?? 0).toBeLessThan(ROOM)
    expect(await server.program.end('SIGINT')).toMatchObject({ code: 0, stderr: '' })
  },
  PATIENCE + 30_000,
)
