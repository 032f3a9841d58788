/** The numbers of status codes: those of the package, which no module can change. */
import { expect, test } from '@jest/globals'
import { STATUS_CODES } from '../../../src/abi/status-codes.js'
import { Loop, StatusCode, statusName, virtualHost } from '../../../src/index.js'
import { describeModule } from '../../../src/runtime/module.js'
import { exporting, libuv } from '../../runtime/support/wasm-builder.js'

const described = await describeModule()

/** A module that describes itself like libuv, with other numbers. */
const odd = (status: Record<string, number>, errno: Record<string, number> = {}): Uint8Array<ArrayBuffer> => {
  const text = JSON.stringify({
    ...described,
    status: { ...described.status, ...status },
    errno: { ...described.errno, ...errno },
  })
  return exporting(libuv(8), { text })
}

test('STATUS_CODES equals the table of the module', () => {
  expect(STATUS_CODES).toEqual(described.status)
})

test.each([
  ['a different number', odd({ EISCONN: -9999 })],
  ['the number of another name', odd({ EISCONN: described.status.EISDIR ?? 0 })],
  ['two exchanged numbers', odd({ EPIPE: -71, ESRCH: -64 }, { EPIPE: 71, ESRCH: 64 })],
  ['a different number for EOF', odd({ EOF: -1 })],
])('a module with %s is refused, and later loops have the right numbers', async (_what, module) => {
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
