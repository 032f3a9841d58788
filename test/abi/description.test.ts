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

test('the shipped module describes all that we need', () => {
  expect(parseDescription(JSON.stringify(shipped))).toEqual(shipped)
  expect(shipped.libuv).toMatch(/^1\.\d+\.\d+/)
})

test('errors that libuv has no status for have a number too', () => {
  // A name without a number would reach C as 0, which is success.
  expect(shipped.errno.EOPNOTSUPP).toBe(shipped.errno.ENOTSUP)
  expect(shipped.errno.EINPROGRESS).toBeGreaterThan(0)
})

test.each<[name: string, text: string, message: RegExp]>([
  ['no JSON', 'libuv', /its description is not valid JSON/],
  ['no object', '7', /does not describe errno\.E2BIG, .*layout\.uvw_address\.host/],
  [
    'an error less',
    changed((d) => Object.assign(d, { errno: { ...d.errno, EPIPE: undefined } })),
    /describe errno\.EPIPE; /,
  ],
  [
    'a constant that is no number',
    changed((d) => Object.assign(d, { constants: { ...d.constants, POLLIN: '1' } })),
    /describe constants\.POLLIN; build it with `make wasm`/,
  ],
  [
    'a structure less',
    changed((d) => Object.assign(d, { layout: { ...d.layout, pollfd: {} } })),
    /layout\.pollfd\.size, /,
  ],
  ['no statuses', changed((d) => Object.assign(d, { status: {} })), /describe status\.EOF/],
])('a description with %s is refused by name', (_name, text, message) => {
  expect(() => parseDescription(text)).toThrow(TypeError)
  expect(() => parseDescription(text)).toThrow(message)
})
