import { expect, test } from '@jest/globals'
import { type Description, parseDescription } from '../../src/abi/description.js'
import { describeModule } from '../../src/runtime/module.js'

const shipped: Description = await describeModule()

/** The shipped description as JSON, after `change`. */
function changed(change: (description: { -readonly [Key in keyof Description]: Description[Key] }) => void): string {
  const copy = structuredClone(shipped)
  change(copy)
  return JSON.stringify(copy)
}

test('the shipped module describes everything that the library needs', () => {
  expect(parseDescription(JSON.stringify(shipped))).toEqual(shipped)
  expect(shipped.libuv).toMatch(/^1\.\d+\.\d+/)
})

test('errors without a libuv status have a number, too', () => {
  // A name without a number would reach C as 0, which is success.
  expect(shipped.errno.EOPNOTSUPP).toBe(shipped.errno.ENOTSUP)
  expect(shipped.errno.EINPROGRESS).toBeGreaterThan(0)
})

test.each<[name: string, text: string, message: RegExp]>([
  ['invalid JSON', 'libuv', /its description is not valid JSON/],
  ['a number in place of an object', '7', /does not describe errno\.E2BIG, .*layout\.uvw_address\.host/],
  [
    'a missing error',
    changed((d) => Object.assign(d, { errno: { ...d.errno, EPIPE: undefined } })),
    /describe errno\.EPIPE; /,
  ],
  [
    'a constant that is not a number',
    changed((d) => Object.assign(d, { constants: { ...d.constants, POLLIN: '1' } })),
    /describe constants\.POLLIN; build it with `make wasm`/,
  ],
  [
    'a missing structure',
    changed((d) => Object.assign(d, { layout: { ...d.layout, pollfd: {} } })),
    /layout\.pollfd\.size, /,
  ],
  ['no statuses', changed((d) => Object.assign(d, { status: {} })), /describe status\.EOF/],
])('a description with %s is refused with the name of the fault', (_name, text, message) => {
  expect(() => parseDescription(text)).toThrow(TypeError)
  expect(() => parseDescription(text)).toThrow(message)
})
