/** All kinds of handles: states, references, closing and disposal. */
import { inspect } from 'node:util'
import { expect, test } from '@jest/globals'
import { Async, Check, ClosedHandleError, type Handle, Idle, Prepare, TCP, Timer } from '../../../src/index.js'
import { codeOf, overHosts } from '../../support/loops.js'

const KINDS = [Async, Check, Idle, Prepare, TCP, Timer]

overHosts((lab) => {
  test('closing a handle twice returns the same promise', async () => {
    const handle = new Async({ loop: await lab.open() })
    const closed = handle.close()
    expect(handle.close()).toBe(closed)
    expect(handle[Symbol.asyncDispose]()).toBe(closed)
  })

  test('an async handle is active from the beginning, other handles once they are started', async () => {
    const loop = await lab.open()
    expect(new Async({ loop }).active).toBe(true)
    for (const handle of [new Check({ loop }), new Idle({ loop }), new Prepare({ loop })]) {
      expect(handle.active).toBe(false)
      handle.start()
      expect(handle.active).toBe(true)
      handle.start()
      handle.stop()
      handle.stop()
      expect(handle.active).toBe(false)
    }
    expect(new TCP({ loop }).active).toBe(false)
  })

  test('the inspection of a handle shows its state, and no internals', async () => {
    const loop = await lab.open()
    const timer = new Timer({ loop })
    expect(inspect(timer)).toBe("Timer { state: 'inactive', referenced: true }")
    timer.start(60_000)
    timer.unref()
    expect(inspect([timer])).toBe("[ Timer { state: 'active', referenced: false } ]")
    const server = new TCP({ loop })
    server.bind(['127.0.0.1', 0])
    server.listen()
    expect(inspect(server)).toMatch(/^TCP \{\s+state: 'active',\s+referenced: true,\s+sockname: .*\d+ \}\s+\}$/)
    const closed = server.close()
    expect(inspect(server)).toBe("TCP { state: 'closing' }")
    await Promise.all([closed, timer.close(), lab.run(loop)])
    expect(inspect(server)).toBe("TCP { state: 'closed' }")
  })

  test('a handle is referenced until unref(), however often ref() and unref() are called', async () => {
    const handle = new Async({ loop: await lab.open() })
    expect(handle.hasRef).toBe(true)
    handle.unref()
    expect(handle.hasRef).toBe(false)
    handle.ref()
    handle.ref()
    expect(handle.hasRef).toBe(true)
    handle.unref()
    handle.unref()
    expect(handle.hasRef).toBe(false)
    handle.ref()
    expect(handle.hasRef).toBe(true)
  })

  test('a TCP handle returns twice the buffer sizes that were set, as on Linux', async () => {
    const tcp = new TCP({ loop: await lab.open() })
    expect(codeOf(() => tcp.sendBufferSize)).toBe('EBADF')
    tcp.bind(['127.0.0.1', 0])
    tcp.sendBufferSize = 262_144
    tcp.receiveBufferSize = 131_072
    expect(tcp.sendBufferSize).toBe(2 * 262_144)
    expect(tcp.receiveBufferSize).toBe(2 * 131_072)
    tcp.sendBufferSize = 1
    tcp.receiveBufferSize = 1
    expect([tcp.sendBufferSize, tcp.receiveBufferSize]).toEqual([4_608, 2_304])
  })

  test('a timer has no buffer sizes', async () => {
    const timer = new Timer({ loop: await lab.open() })
    expect(codeOf(() => timer.sendBufferSize)).toBe('ENOTSUP')
    expect(codeOf(() => timer.receiveBufferSize)).toBe('ENOTSUP')
  })

  test('fileno returns a whole number for a bound TCP handle', async () => {
    const loop = await lab.open()
    const tcp = new TCP({ loop })
    expect(codeOf(() => tcp.fileno())).toBe('EBADF')
    tcp.bind(['127.0.0.1', 0])
    expect(Number.isInteger(tcp.fileno())).toBe(true)
    expect(codeOf(() => new Timer({ loop }).fileno())).toBe('EINVAL')
  })

  test('a closed handle’s methods throw, and its getters return plain values', async () => {
    const loop = await lab.open()
    const tcp = new TCP({ loop })
    tcp.bind(['127.0.0.1', 0])
    void tcp.close()
    expect([tcp.closing, tcp.closed]).toEqual([true, false])
    const calls: (() => unknown)[] = [
      () => tcp.ref(),
      () => tcp.unref(),
      () => tcp.sendBufferSize,
      () => Reflect.set(tcp, 'sendBufferSize', 4_096),
      () => tcp.receiveBufferSize,
      () => Reflect.set(tcp, 'receiveBufferSize', 4_096),
      () => tcp.fileno(),
    ]
    const expectRefusals = (): void => {
      for (const call of calls) expect(call).toThrow(ClosedHandleError)
      expect(codeOf(() => tcp.fileno())).toBe('EINVAL')
    }
    expectRefusals()
    await lab.run(loop)
    expectRefusals()
    expect([tcp.closing, tcp.closed, tcp.active, tcp.hasRef]).toEqual([true, true, false, false])
    await expect(tcp.close()).resolves.toBeUndefined()
  })

  test('every onClosed is called once, in order, also when it is passed after the close', async () => {
    const loop = await lab.open()
    const handle = new Timer({ loop })
    const seen: unknown[] = []
    const closed = handle.close((handle) => seen.push('first', handle))
    void handle.close(() => seen.push('second'))
    expect(seen).toEqual([])
    await lab.run(loop)
    await closed
    expect(seen).toEqual(['first', handle, 'second'])
    // For a handle that is closed already, it is called in the next run.
    void handle.close(() => seen.push('late'))
    await lab.run(loop)
    expect(seen).toEqual(['first', handle, 'second', 'late'])
  })

  test('a handle may be closed within its own callback, and within onClosed of another', async () => {
    const loop = await lab.open()
    const seen: string[] = []
    const outer = new Timer({ loop })
    const inner = new Timer({ loop })
    outer.start(0, 1, () => {
      void outer.close(() => {
        seen.push('outer')
        void inner.close(() => seen.push('inner'))
      })
    })
    expect(await lab.run(loop)).toBe(false)
    expect(seen).toEqual(['outer', 'inner'])
  })

  test('await using closes every kind of handle', async () => {
    const loop = await lab.open()
    const kept: Handle[] = []
    const use = async (Kind: (typeof KINDS)[number]): Promise<void> => {
      await using handle = new Kind({ loop })
      kept.push(handle)
    }
    const used = Promise.all(KINDS.map(use))
    await lab.run(loop)
    await used
    expect(kept.map((handle) => handle.closed)).toEqual(KINDS.map(() => true))
  })

  test('an unreferenced timer does not keep its loop alive, but fires while another does', async () => {
    const loop = await lab.open()
    let ticks = 0
    const ticker = new Timer({ loop })
    ticker.start(1, 1, () => ticks++)
    ticker.unref()
    expect(loop.alive).toBe(false)
    expect(await lab.run(loop)).toBe(false)
    expect(ticks).toBe(0)
    const keeper = new Timer({ loop })
    keeper.start(20, 0, () => {})
    expect(await lab.run(loop)).toBe(false)
    expect(ticks).toBeGreaterThan(0)
  })

  test('an unreferenced listener does not keep its loop alive', async () => {
    const loop = await lab.open()
    const server = new TCP({ loop })
    server.listen()
    server.unref()
    expect(await lab.run(loop)).toBe(false)
  })
})
