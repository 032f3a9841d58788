/** A module that traps is like a crashed process: its loop and its handles are closed, and no close waits for it. */
import { expect, test } from '@jest/globals'
import { ClosedLoopError, Loop, TCP, Timer, virtualHost } from '../../../src/index.js'
import { INSTANCE } from '../../../src/uv/loop/loop-keys.js'
import { soon } from '../../support/deadline.js'

test('a trap rejects the run and closes the loop, and its handles can still be closed', async () => {
  const host = virtualHost()
  const loop = await Loop.open({ host })
  const { memory } = loop[INSTANCE].exports
  const server = new TCP({ loop })
  server.listen()
  const timer = new Timer({ loop })
  // Overwrites the memory, like a stray pointer.
  timer.start(0, 1, () => void new Uint8Array(memory.buffer).fill(0xff, 1024))
  await expect(soon(loop.run(), 'the trap')).rejects.toMatchObject({ name: 'RuntimeError' })
  expect([loop.closed, loop.alive, loop.handles.size, loop === Loop.current]).toEqual([true, false, 0, false])
  expect(host.open()).toEqual([])
  await expect(loop.run()).rejects.toThrow(ClosedLoopError)
  expect(() => new Timer({ loop })).toThrow(ClosedLoopError)
  loop.close()
  await soon(loop[Symbol.asyncDispose](), 'the loop to be disposed of')
  for (const handle of [server, timer]) {
    await soon(handle.close(), 'the handle to close')
    expect([handle.closing, handle.closed, handle.active]).toEqual([true, true, false])
  }
})
