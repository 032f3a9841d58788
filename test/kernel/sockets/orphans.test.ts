/** Tests of connections that continue to send after their owner has closed them. */
import { describe, expect, test } from '@jest/globals'
import { Orphans } from '../../../src/host/connection/orphans.js'
import { virtualHost } from '../../../src/host/virtual.js'
import { Lab } from '../../host/contract/lab.js'
import { FakeConnection, FakeHost } from '../../support/fake-host.js'
import { loopback } from '../../support/wishes.js'

const MOST = 64
const AFTER_END = 2_000

/** A connection with bytes pending. */
const sending = (): FakeConnection => {
  const connection = new FakeConnection(loopback(1), loopback(2))
  connection.takesAtOnce = false
  connection.readStart()
  connection.write(new Uint8Array(10))
  return connection
}

describe('an orphan', () => {
  test('is not read, and is closed once all bytes are sent', () => {
    const orphans = new Orphans(new FakeHost())
    const connection = sending()
    orphans.add(connection)
    expect([orphans.size, connection.reading, connection.ended]).toEqual([1, false, undefined])
    connection.drain(3)
    expect(orphans.size).toBe(1)
    connection.drain()
    expect([orphans.size, connection.ended]).toEqual([0, 'closed'])
  })

  test('is forgotten when it fails', () => {
    const orphans = new Orphans(new FakeHost())
    const connection = sending()
    orphans.add(connection)
    connection.fail('ECONNRESET')
    expect([orphans.size, connection.log.includes('close')]).toEqual([0, false])
  })

  test('is closed when there are too many, the oldest first', () => {
    const orphans = new Orphans(new FakeHost())
    const all = Array.from({ length: MOST + 3 }, sending)
    for (const connection of all) orphans.add(connection)
    expect(orphans.size).toBe(MOST)
    expect(all.map(({ ended }) => ended)).toEqual([...Array(3).fill('closed'), ...Array(MOST).fill(undefined)])
  })

  test('may send without limit while its program runs, and for two seconds after', () => {
    const host = new FakeHost()
    const orphans = new Orphans(host)
    const [quick, slow] = [sending(), sending()]
    orphans.add(quick)
    orphans.add(slow)
    host.advance(3_600_000)
    expect([orphans.size, host.keepers]).toEqual([2, 0])
    orphans.end()
    host.advance(AFTER_END - 1)
    quick.drain()
    // The process stays alive for the others.
    expect([orphans.size, slow.ended, host.keepers]).toEqual([1, undefined, 1])
    host.advance(1)
    expect([orphans.size, slow.ended, host.waits, host.keepers]).toEqual([0, 'closed', [], 0])
  })

  test('leaves no timer when it has ended before its time', () => {
    const host = new FakeHost()
    const orphans = new Orphans(host)
    const [one, other] = [sending(), sending()]
    orphans.add(one)
    orphans.add(other)
    orphans.end()
    expect(host.waits).toEqual([AFTER_END])
    one.drain()
    other.fail('EPIPE')
    expect([host.waits, host.keepers]).toEqual([[], 0])
  })

  test('sets no timer if there is none when the program ends', () => {
    const host = new FakeHost()
    new Orphans(host).end()
    expect([host.timers, host.keepers]).toEqual([[], 0])
  })
})

test('an orphan over a host delivers its pending bytes, then the end', () => {
  const host = virtualHost()
  return Lab.try(
    () => ({ host, leaks: () => host.open() }),
    async (lab) => {
      const { client, server } = await lab.pair()
      const orphans = new Orphans(host)
      client.write(new Uint8Array(1 << 20).fill(7))
      orphans.add(client.connection)
      orphans.end()
      server.readStart()
      await server.ended()
      expect([server.received, server.bytes.every((byte) => byte === 7), orphans.size]).toEqual([1 << 20, true, 0])
    },
  )
})
