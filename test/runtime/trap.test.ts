import { expect, test } from '@jest/globals'
import { Instance } from '../../src/runtime/instance.js'
import { describeModule } from '../../src/runtime/module.js'
import { FakeHost } from '../support/fake-host.js'
import { loopback } from '../support/wishes.js'
import { exporting, libuv } from './support/wasm-builder.js'

test('the sockets of a module are closed when it traps', async () => {
  const host = new FakeHost()
  const text = JSON.stringify(await describeModule())
  const thrown: unknown[] = []
  const instance = await Instance.open({
    host,
    module: exporting({ ...libuv(8), uvw_loop_run: 'trap' }, { text }),
    onTurn: () => {},
    onThrow: (error) => thrown.push(error),
  })
  const { kernel, pump } = instance
  for (const call of ['bind', 'connect'] as const) {
    const socket = kernel.socket('ipv4', 'stream')
    if (typeof socket === 'string') throw new Error(socket)
    socket[call](loopback(80))
  }
  expect(host.open()).toHaveLength(2)
  const run = pump.run(instance.abi.constants.UV_RUN_DEFAULT)
  host.turn()
  await expect(run).rejects.toMatchObject({ name: 'RuntimeError' })
  expect([host.open(), kernel.openDescriptors, host.keepers, thrown]).toEqual([[], 0, 0, []])
})
