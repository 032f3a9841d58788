/** The numbers of status codes: the package's own, which no module changes. */
import { expect, test } from '@jest/globals'
import { STATUS_CODES } from '../../src/abi/status-codes.js'
import { Loop, StatusCode, statusName, virtualHost } from '../../src/index.js'
import { describeModule } from '../../src/runtime/module.js'
import { exporting, libuv } from '../runtime/support/wasm-builder.js'

const described = await describeModule()

/** A module that describes itself as libuv does, with other numbers. */
const odd = (status: Record<string, number>, errno: Record<string, number> = {}): Uint8Array<ArrayBuffer> => {
  const text = JSON.stringify({
    ...described,
    status: { ...described.status, ...status },
    errno: { ...described.errno, ...errno },
  })
  return exporting(libuv(8), { text })
}

test('the table has what the module has, and nothing else', () => {
  expect(STATUS_CODES).toEqual(described.status)
})

test.each([
  ['another number', odd({ EISCONN: -9999 })],
  ['one that another name has', odd({ EISCONN: described.status.EISDIR ?? 0 })],
  ['two that are exchanged, errors and all', odd({ EPIPE: -71, ESRCH: -64 }, { EPIPE: 71, ESRCH: 64 })],
  ['another end of a stream', odd({ EOF: -1 })],
])('a module with %s is refused, and later loops have the right ones', async (_what, module) => {
  await expect(Loop.open({ host: virtualHost(), module })).rejects.toMatchObject({
    name: 'TypeError',
    message: expect.stringMatching(/its status E\w+ is -\d+, and -\d+ in this package; build it/),
  })
  const loop = await Loop.open({ host: virtualHost() })
  for (const [name, code] of Object.entries(STATUS_CODES)) {
    expect([StatusCode[name], statusName(code)]).toEqual([code, name])
  }
  loop.close()
})
