/** The faults of listeners, descriptors, lookups, messages and clocks; what is told of them, and wrong ones. */
import { describe, expect, test } from '@jest/globals'
import type { Fault } from '../../../src/guard/faults/faults.js'
import { faultyHost } from '../../../src/guard/faults/faulty-host.js'
import type { HostConnection } from '../../../src/host/contract/connection.js'
import type { Host } from '../../../src/host/contract/host.js'
import { virtualHost } from '../../../src/host/virtual.js'
import { refusal, v4 } from '../../host/contract/lab.js'
import { Mailbox } from '../../host/contract/mailbox.js'
import { soon } from '../../support/deadline.js'
import { FakeHost } from '../../support/fake-host.js'
import { withFaults } from './faulty-lab.js'

const PLAIN = { ipv6Only: false, reusePort: false }

/** Listens, and notes what is accepted and what fails. */
const listening = (host: Host) => {
  const log: string[] = []
  const connections: HostConnection[] = []
  const listener = host.bind(v4(), PLAIN).listen(8, {
    onConnection: (connection) => {
      log.push('accepted')
      connections.push(connection)
    },
    onError: (code) => log.push(code),
  })
  const close = (): void => {
    listener.close()
    for (const connection of connections) connection.close()
  }
  return { log, local: listener.local, close }
}

test('accepting fails, and the peer is reset', async () => {
  await withFaults([{ toxic: 'accept', error: 'ENFILE', times: 1 }], async ({ lab, host, fired }) => {
    const { log, local, close } = listening(host)
    const first = lab.connect(local)
    first.readStart()
    expect(await first.failed()).toBe('ECONNRESET')
    const second = lab.connect(local)
    await second.until('onConnect', () => second.saw('connect'))
    expect(log).toEqual(['ENFILE', 'accepted'])
    expect(fired()).toEqual([`accept_1: accepting at 127.0.0.1:${local.port} gets ENFILE`])
    close()
  })
})

test('descriptors run out for every kind of socket, and come back', async () => {
  await withFaults([], async ({ lab, host }) => {
    const { log, local, close } = listening(host)
    const gone = host.faults.add({ toxic: 'descriptors', skip: 1 })
    const client = lab.connect(local)
    client.readStart()
    expect(await client.failed()).toBe('ECONNRESET')
    expect(log).toEqual(['EMFILE'])
    for (const make of [() => lab.connect(local), () => lab.bind(), () => new Mailbox(lab)])
      expect(refusal(make)).toBe('EMFILE')
    gone.remove()
    lab.bind()
    close()
  })
})

test('lookups fail by name, and of addresses', async () => {
  const look = (host: Host, name: string): Promise<string> =>
    soon(
      new Promise((resolve) =>
        host.lookup(name, 'any', { onAnswer: (texts) => resolve(texts.join()), onError: resolve }),
      ),
      'an answer',
    )
  await withFaults([{ toxic: 'lookup', host: '*.test', error: 'ETIMEDOUT', skip: 1 }], async ({ host, fired }) => {
    expect(await look(host, 'db.test')).toBe('127.0.0.2')
    expect(await look(host, 'db.test')).toBe('ETIMEDOUT')
    expect(await look(host, 'localhost')).toMatch(/127/)
    expect(fired()).toEqual(['lookup_1: the lookup of db.test gets ETIMEDOUT'])
    host.lookup('db.test', 'any', { onAnswer() {}, onError: () => expect('no event').toBe('after cancel()') })()
    host.faults.add({ toxic: 'lookup' })
    const reversed = new Promise((resolve) => host.reverse(v4(80), { onAnswer: resolve, onError: resolve }))
    expect(await soon(reversed, 'an answer')).toBe('ENOENT')
  })
})

test('a partition loses messages, in one direction or both', async () => {
  await withFaults([], async ({ lab, host }) => {
    const [one, other] = [new Mailbox(lab), new Mailbox(lab)]
    const fault = host.faults.add({ toxic: 'partition', to: `127.0.0.1:${other.local.port}`, direction: 'upstream' })
    expect(one.send('lost', other.local)).toBe(true)
    other.send('arrives', one.local)
    await one.got(1)
    fault.remove()
    one.send('arrives too', other.local)
    expect(await other.got(1)).toEqual(['arrives too'])
  })
})

describe('clock', () => {
  test('jumps wake what is due, and the wall clock goes back with the fault', async () => {
    await withFaults([], async ({ lab, host, fired }) => {
      const due = new Promise<void>((resolve) => host.timer(resolve).set(3_600_000))
      const [clock, wall] = [host.clock(), host.wallClock()]
      const jump = host.faults.add({ toxic: 'clock', wall: -86_400_000, monotonic: 3_600_000 })
      await soon(due, 'the timer')
      expect(host.clock() - clock).toBeGreaterThanOrEqual(3_600_000e6)
      expect(host.wallClock() - wall).toBeLessThan(-86_000_000)
      jump.remove()
      expect(Math.abs(host.wallClock() - wall)).toBeLessThan(60_000)
      expect(host.clock() - clock).toBeGreaterThanOrEqual(3_600_000e6)
      expect(fired()).toEqual(['clock_1: the clock jumps: wall -86400000 ms, monotonic 3600000 ms'])
      await lab.turn()
    })
  })

  test('jumps at a given time', async () => {
    await withFaults([{ toxic: 'clock', monotonic: 60_000, after: 5 }], async ({ host }) => {
      const start = host.clock()
      await soon(new Promise<void>((resolve) => host.timer(resolve).set(50_000)), 'the timer')
      expect(host.clock() - start).toBeGreaterThanOrEqual(60_000e6)
    })
  })
})

test('explain() tells when, and keeps the latest thousand', async () => {
  await withFaults([{ toxic: 'lookup', name: 'down' }], async ({ host }) => {
    for (let count = 0; count < 2500; count++) host.lookup(`host${count}`, 'any', { onAnswer() {}, onError() {} })()
    const { fired, forgotten, text } = host.faults.explain()
    expect([fired.length, forgotten]).toEqual([1000, 1500])
    expect(fired.at(-1)).toMatchObject({ fault: 'down', toxic: 'lookup', effect: 'gets ENOENT' })
    expect(fired.at(-1)?.at).toBeGreaterThanOrEqual(0)
    expect(text).toMatch(/^\(1500 more before\)\n[\d.]+ ms {2}down: the lookup of host1500 gets ENOENT\n/)
  })
})

describe('wrong faults are refused', () => {
  test.each([
    [{ toxic: 'lag' }, /"lag": there is no such toxic; give latency, /],
    [{ toxic: 'latency' }, /it has no latency; give milliseconds/],
    [{ toxic: 'latency', latency: -1 }, /-1: it is not valid as latency of latency; give milliseconds from 0/],
    [{ toxic: 'latency', latency: 1, delay: 2 }, /"delay": latency has no such attribute; give name, /],
    [{ toxic: 'latency', latency: 1, direction: 'up' }, /"up": .* give upstream, downstream, both/],
    [{ toxic: 'slicer', average_size: 5, size_variation: 5 }, /5: size_variation is not below average_size; give less/],
    [{ toxic: 'bandwidth', rate: 0 }, /0: .* give a number above 0/],
    [{ toxic: 'refuse', error: 'EBADF' }, /"EBADF": .* give ECONNREFUSED, /],
    [{ toxic: 'refuse', after: { upstream: 5 } }, /refuse is not of one connection; give after and until in milli/],
    [{ toxic: 'hold', after: { upstream: '' } }, /give milliseconds, or \{ upstream \}/],
    [{ toxic: 'hold', to: ':5432' }, /":5432": it is not an address; give HOST:PORT/],
    [{ toxic: 'lookup', host: 'a b' }, /"a b": .* give a name, such as db\.test/],
    [{ toxic: 'hold', toxicity: 2 }, /2: .* give a number from 0 to 1/],
    [null, /null: it is not an object; give \{ toxic, \.\.\. \}/],
  ])('%j', (fault, message) => {
    expect(() => faultyHost(new FakeHost(), { faults: JSON.parse(JSON.stringify([fault])) })).toThrow(TypeError)
    expect(() => faultyHost(new FakeHost(), { faults: JSON.parse(JSON.stringify([fault])) })).toThrow(message)
  })

  test('and so are a name that is taken, a seed, and what is no host', () => {
    const twice: Fault[] = [
      { toxic: 'hold', name: 'one' },
      { toxic: 'hold', name: 'one' },
    ]
    expect(() => faultyHost(virtualHost(), { faults: twice })).toThrow(/"one": there is one of that name; give another/)
    expect(() => faultyHost(virtualHost(), { seed: -1 })).toThrow(/the seed is -1; give an integer from 0/)
    expect(() => faultyHost(JSON.parse('{}'))).toThrow(/Cannot make a faulty host: this is not a host/)
  })
})
