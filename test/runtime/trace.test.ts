/** Tests of the format of trace lines. test/uv/loop/trace.test.ts tests when they are printed, with real loops. */
import { expect, test } from '@jest/globals'
import { describeModule } from '../../src/runtime/module.js'
import { Trace } from '../../src/runtime/trace.js'

const abi = await describeModule()

function traced(topics: string): { trace: Trace; lines: string[] } {
  const lines: string[] = []
  return { trace: new Trace(topics, (line) => lines.push(line)), lines }
}

test('a call is printed with its arguments and its result, and errors by name', () => {
  const { trace, lines } = traced('syscall')
  const calls = trace.imports(
    {
      accept: (_fd: number, _addr: number) => 257,
      bind: () => -abi.errno.EADDRINUSE,
      odd: () => -99_999,
      clock: () => 1.5,
      nothing: () => undefined,
    },
    () => abi,
  )
  expect([calls.accept(256, 0), calls.bind(), calls.odd(), calls.clock(), calls.nothing()]).toEqual([
    257,
    -abi.errno.EADDRINUSE,
    -99_999,
    1.5,
    undefined,
  ])
  expect(lines).toEqual([
    'accept(256, 0) = 257',
    'bind() = -1 EADDRINUSE',
    'odd() = -1 -99999',
    'clock() = 1.5',
    'nothing() = undefined',
  ])
})

test('the names of errors are read only when a line needs them', () => {
  const { trace } = traced('syscall')
  let asked = 0
  const calls = trace.imports({ call: (result: number) => result }, () => {
    asked++
    return abi
  })
  calls.call(3)
  expect(asked).toBe(0)
  calls.call(-1)
  calls.call(-2)
  expect(asked).toBe(1)
})

test.each([
  ['', []],
  ['pump', ['pump']],
  [' syscall , pump', ['syscall', 'pump']],
  [',,handle,', ['handle']],
  ['*', ['syscall', 'pump', 'handle']],
])('%j selects the topics %j', (topics, expected) => {
  const { trace, lines } = traced(topics)
  const asked = (['syscall', 'pump', 'handle'] as const).filter((topic) => trace.topic(topic) !== undefined)
  expect([asked, lines]).toEqual([expected, []])
})

test('an unknown topic is reported with the known ones', () => {
  const { trace, lines } = traced('pump,syscalls')
  expect(lines).toEqual(['Cannot trace "syscalls": it is not a topic; use syscall, pump, handle, *'])
  expect(trace.topic('pump')).toBeDefined()
})
