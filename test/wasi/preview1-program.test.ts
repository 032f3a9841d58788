/**
 * Programs that use only preview 1, like other tools make them, under the drivers: they link, sleep, and print as much
 * as their receiver takes.
 */
import { describe, expect, test } from '@jest/globals'
import { driver, Guest } from '../guest/support/built.js'
import { name, section, vector, wasm } from '../runtime/support/wasm-builder.js'
import { soon } from '../support/deadline.js'

const I32 = 0x7f
const I64 = 0x7e

/** An imported function: its module, its name, and its parameters, `i` for 32 bits and `I` for 64. */
type Import = readonly [from: string, called: string, takes: string]

const P1 = 'wasi_snapshot_preview1'
const LEAVE: Import = ['uv_pump_1', 'leave', 'i']
const EXIT: Import = [P1, 'proc_exit', 'i']

/**
 * Builds a program.
 *
 * @param imports - the imported functions; `code` calls them by their indices
 * @param code - the body of `main()`, which has a local variable of 32 bits
 * @param data - the bytes at 16
 */
function program(
  imports: readonly Import[],
  code: readonly number[],
  data: readonly number[],
): Uint8Array<ArrayBuffer> {
  const types = imports.map(([, called, takes]) => {
    const results = called === 'proc_exit' || called === 'leave' ? [] : [[I32]]
    return [0x60, ...vector(...[...takes].map((kind) => [kind === 'I' ? I64 : I32])), ...vector(...results)]
  })
  const main = imports.length
  const body = [1, 1, I32, ...code, 0x0b]
  return wasm(
    section(1, vector(...types, [0x60, 0, 0])),
    section(2, vector(...imports.map(([from, called], index) => [...name(from), ...name(called), 0, index]))),
    section(3, vector([main])),
    section(5, vector([0, 20])),
    section(7, vector([...name('_start'), 0, main], [...name('memory'), 2, 0])),
    section(10, vector(sized(body))),
    section(11, vector([0, 0x41, 16, 0x0b, ...sized(data)])),
  )
}

/** Bytes after their length. */
const sized = (bytes: readonly number[]): number[] => vector(...bytes.map((byte) => [byte]))

const little = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** index) % 256)

const number = (value: number): number[] => [0x41, value]
const call = (index: number): number[] => [0x10, index]

/** Runs a program. @returns its exit code */
async function run(module: Uint8Array<ArrayBuffer>, options: Parameters<typeof Guest.start>[1]): Promise<number> {
  const guest = await Guest.start(module, options)
  return soon(guest.exit, 'the guest to end')
}

test.each(['pump', driver] as const)(
  'under %s a program may import all of preview 1 without a provider',
  async (driver) => {
    const others: Import[] = [
      ...['fd_advise iIIi', 'fd_allocate iII', 'fd_fdstat_set_rights iII', 'poll_oneoff iiii', 'proc_raise i'],
      ...[
        'random_get ii',
        'sched_yield ',
        'sock_accept iii',
        'sock_recv iiiiii',
        'sock_send iiiii',
        'sock_shutdown ii',
      ],
    ].map((line) => [P1, line.split(' ')[0] ?? '', line.split(' ')[1] ?? ''])
    const imports = [...others, LEAVE, EXIT]
    // random_get() of more than the memory answers EINVAL, before it makes any numbers.
    const random = others.findIndex(([, called]) => called === 'random_get')
    const code = [
      ...number(16),
      ...[0x41, 0xff, 0xff, 0xff, 0xff, 0x07],
      ...call(random),
      ...call(imports.indexOf(EXIT)),
    ]
    expect(await run(program(imports, code, [0]), { driver })).toBe(28)
  },
)

test('a program sleeps by poll_oneoff()', async () => {
  // 50 ms by the monotonic clock; events at 80, their number at 120.
  const subscription = [...little(7, 8), ...little(0, 8), ...little(1, 8), ...little(50_000_000, 8), ...little(0, 16)]
  const imports: Import[] = [[P1, 'poll_oneoff', 'iiii'], EXIT]
  const sleep = [...number(16), ...[0x41, 80 | 0x80, 0], ...number(1), ...[0x41, 120 | 0x80, 0], ...call(0), 0x1a]
  // The number of events, and the data of the first.
  const tell = [...[0x41, 120 | 0x80, 0, 0x28, 2, 0], ...[0x41, 80 | 0x80, 0, 0x28, 2, 0], 0x6a, ...call(1)]
  const began = performance.now()
  expect(await run(program(imports, [...sleep, ...tell], subscription), { driver })).toBe(8)
  expect(performance.now() - began).toBeGreaterThanOrEqual(49)
})

describe('output that its receiver does not take', () => {
  // Writes a MiB from 64 on until it is refused; the exit code is the number of writes.
  const imports: Import[] = [[P1, 'fd_write', 'iiii'], LEAVE, EXIT]
  const write = [...number(1), ...number(16), ...number(1), ...number(24), ...call(0), 0x45]
  const count = [0x20, 0, ...number(1), 0x6a, 0x21, 0]
  const code = [0x03, 0x40, ...write, 0x04, 0x40, ...count, 0x0c, 1, 0x0b, 0x0b, 0x20, 0, ...call(2)]
  const printing = program(imports, code, [...little(64, 4), ...little(2 ** 20, 4)])

  test('is limited to 16 MiB for a pumped program, which then gets EAGAIN', async () => {
    let received = 0
    const exit = await run(printing, {
      driver: 'pump',
      onOutput: (_stream, { length }) => {
        received += length
        return new Promise(() => {})
      },
    })
    expect([exit, received]).toEqual([16, 16 * 2 ** 20])
  })

  test('is limited only by its rate for a receiver that returns no promise', async () => {
    let pieces = 0
    const failure = run(printing, {
      driver: 'pump',
      limits: { outputPerSecond: { rate: Number.POSITIVE_INFINITY, burst: 1 } },
      onOutput: () => {
        if (++pieces > 200) throw new Error('enough')
        return undefined
      },
    })
    await expect(failure).rejects.toThrow('enough')
  })
})
