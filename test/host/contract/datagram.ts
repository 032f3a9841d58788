/** Tests of datagram sockets. The expected results are those of Linux. */

import type { Address } from '../../../src/base/address.js'
import { describe, expect } from '../../support/harness.js'
import { type ContractOptions, contract, type Lab, type MakeHost, refusal, v4, v6 } from './lab.js'
import { Mailbox } from './mailbox.js'

/** An address that no socket has. */
const unusedAddress = (lab: Lab): Address => {
  const gone = new Mailbox(lab)
  const { local } = gone
  gone.close()
  return local
}

/** Sends a message there and one back. Afterwards all messages sent before on this machine have arrived. */
const roundTrip = async (lab: Lab): Promise<void> => {
  const [one, other] = [new Mailbox(lab), new Mailbox(lab)]
  one.send('there', other.local)
  await other.got(1)
  other.send('back', one.local)
  await one.got(1)
  for (const box of [one, other]) box.close()
  for (let turns = 0; turns < 3; turns++) await lab.turn()
}

/** The code of a refusal that a host may throw at once or report by `onError`. */
const refused = async (box: Mailbox, answer: boolean | string): Promise<string> => {
  if (typeof answer === 'string') return answer
  await box.until('onError', () => box.errors.length > 0)
  return box.errors.shift() ?? ''
}

/** Registers the tests of datagrams. */
export function datagramContract(make: MakeHost, options?: ContractOptions): void {
  const { test, testWith } = contract(make, options, 'datagrams')

  describe('datagrams: bind', () => {
    test('a bind to port 0 takes a free port and reports it at once', async (lab) => {
      const ports = [new Mailbox(lab), new Mailbox(lab), new Mailbox(lab)].map(({ local }) => local.port)
      expect(Math.min(...ports)).toBeGreaterThan(0)
      expect(new Set(ports).size).toBe(3)
    })

    test('a port in use is refused with EADDRINUSE at once', async (lab) => {
      const { local } = new Mailbox(lab)
      expect(refusal(() => new Mailbox(lab, local))).toBe('EADDRINUSE')
      expect(refusal(() => new Mailbox(lab, v4(local.port, '0.0.0.0')))).toBe('EADDRINUSE')
      expect(refusal(() => new Mailbox(lab, local, { reuseAddress: true }))).toBe('EADDRINUSE')
    })

    test('a port in use for TCP is free for UDP', async (lab) => {
      // Several ports, since another program on this machine may have one of them.
      const shared = Array.from({ length: 5 }, () => {
        const { local } = lab.listen()
        return refusal(() => new Mailbox(lab, local), 'none')
      })
      expect(shared).toContain('none')
    })

    test('the last socket bound to an address shared by SO_REUSEADDR receives its messages', async (lab) => {
      const first = new Mailbox(lab, v4(), { reuseAddress: true })
      const second = new Mailbox(lab, first.local, { reuseAddress: true })
      const sender = new Mailbox(lab)
      sender.send('whose', first.local)
      expect(await second.got(1)).toEqual(['whose'])
      second.close()
      sender.send('whose now', first.local)
      expect(await first.got(1)).toEqual(['whose now'])
    })

    testWith(
      'shareDatagrams',
      'sockets that share a port by SO_REUSEPORT each receive from some of the senders',
      async (lab) => {
        const first = new Mailbox(lab, v4(), { reusePort: true })
        const second = new Mailbox(lab, first.local, { reusePort: true })
        const senders = Array.from({ length: 16 }, () => new Mailbox(lab))
        for (const sender of senders) sender.send('x', first.local)
        while (first.received + second.received < senders.length) await lab.turn()
        expect(Math.min(first.received, second.received)).toBeGreaterThan(0)
      },
    )

    test('an address of another machine is refused with EADDRNOTAVAIL', async (lab) => {
      expect(refusal(() => new Mailbox(lab, v4(0, '198.51.100.77')))).toBe('EADDRNOTAVAIL')
    })

    testWith('ipv6', 'the IPv6 wildcard takes the port of both families unless it is IPv6-only', async (lab) => {
      const both = new Mailbox(lab, v6(0, '::'))
      const { port } = both.local
      expect(refusal(() => new Mailbox(lab, v4(port)))).toBe('EADDRINUSE')
      // The same port again: another program may have any other port in IPv4.
      both.close()
      const only = new Mailbox(lab, v6(port, '::'), { ipv6Only: true }).local
      expect(new Mailbox(lab, v4(only.port)).local.port).toBe(only.port)
    })
  })

  describe('datagrams: sending', () => {
    test('messages arrive whole and in order with the address of their sender', async (lab) => {
      const [sender, receiver] = [new Mailbox(lab), new Mailbox(lab)]
      const texts = ['one', '', 'three', 'x'.repeat(9000)]
      for (const text of texts) expect(sender.send(text, receiver.local)).toBe(true)
      expect(await receiver.got(4)).toEqual(texts)
      expect(receiver.senders).toEqual(texts.map(() => sender.local))
    })

    test('a message of 65,507 bytes arrives and a longer one is refused with EMSGSIZE', async (lab) => {
      const [sender, receiver] = [new Mailbox(lab), new Mailbox(lab)]
      const long = new Uint8Array(65_507).fill(120)
      expect(sender.send(long, receiver.local)).toBe(true)
      expect(sender.send(new Uint8Array(65_508), receiver.local)).toBe('EMSGSIZE')
      await receiver.got(1)
      expect(receiver.received).toBe(65_507)
    })

    test('a send without an address fails with EDESTADDRREQ, and one to port 0 with EINVAL', async (lab) => {
      const sender = new Mailbox(lab)
      expect([sender.send('x'), sender.send('x', v4(0))]).toEqual(['EDESTADDRREQ', 'EINVAL'])
    })

    test('a socket bound to the wildcard sends from the address of the route', async (lab) => {
      const [sender, receiver] = [new Mailbox(lab, v4(0, '0.0.0.0')), new Mailbox(lab)]
      sender.send('x', receiver.local)
      await receiver.got(1)
      expect(receiver.senders).toEqual([v4(sender.local.port)])
      expect(sender.local.host).toBe('0.0.0.0')
    })

    test('a message to an address that no socket has is lost without an error', async (lab) => {
      const sender = new Mailbox(lab)
      expect([sender.send('x', unusedAddress(lab)), sender.send('y', unusedAddress(lab))]).toEqual([true, true])
      await roundTrip(lab)
      expect(sender.errors).toEqual([])
    })

    testWith('ipv6', 'a dual-stack socket exchanges messages with IPv6 and with mapped IPv4 addresses', async (lab) => {
      const [both, four] = [new Mailbox(lab, v6(0, '::')), new Mailbox(lab)]
      four.send('from 4', v4(both.local.port))
      expect(await both.got(1)).toEqual(['from 4'])
      expect(both.senders).toEqual([v6(four.local.port, '::ffff:127.0.0.1')])
      both.send('to 4', v6(four.local.port, '::ffff:127.0.0.1'))
      expect(await four.got(1)).toEqual(['to 4'])
      const six = new Mailbox(lab, v6())
      both.send('to 6', six.local)
      await six.got(1)
      expect(six.senders).toEqual([v6(both.local.port)])
    })

    test('a message sent just before close() arrives', async (lab) => {
      const [sender, receiver] = [new Mailbox(lab), new Mailbox(lab)]
      sender.send('last words', receiver.local)
      sender.close()
      expect(await receiver.got(1)).toEqual(['last words'])
    })
  })

  describe('datagrams: receiving', () => {
    test('messages that arrive after readStop() are delivered after readStart()', async (lab) => {
      const [sender, receiver] = [new Mailbox(lab), new Mailbox(lab)]
      receiver.readStop()
      for (const text of ['a', 'b', 'c']) sender.send(text, receiver.local)
      await roundTrip(lab)
      expect(receiver.messages).toEqual([])
      receiver.readStart()
      expect(await receiver.got(3)).toEqual(['a', 'b', 'c'])
    })

    test('messages beyond the receive buffer are lost and the rest arrives in order', async (lab) => {
      const [sender, receiver] = [new Mailbox(lab), new Mailbox(lab)]
      receiver.readStop()
      for (let i = 0; i < 400; i++) {
        while (sender.send(`${String(i).padStart(4)}${'x'.repeat(16_000)}`, receiver.local) === false) await lab.turn()
      }
      await roundTrip(lab)
      receiver.readStart()
      await receiver.got(1)
      await roundTrip(lab)
      const numbers = receiver.messages.map((text) => Number(text.slice(0, 4)))
      expect(numbers.length).toBeLessThan(400)
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      // The socket still works.
      sender.send('and on', receiver.local)
      await receiver.until('the last message', () => receiver.messages.at(-1) === 'and on')
    })

    test('no message is delivered after a readStop() or a close() within onMessage', async (lab) => {
      const [sender, one, other] = [new Mailbox(lab), new Mailbox(lab), new Mailbox(lab)]
      for (const box of [one, other]) for (const text of ['a', 'b', 'c']) sender.send(text, box.local)
      await Promise.all([one.once('a message', () => one.readStop()), other.once('a message', () => other.close())])
      await roundTrip(lab)
      expect([one.messages, other.messages]).toEqual([['a'], ['a']])
    })
  })

  describe('datagrams: connected', () => {
    test('a connected socket sends to its peer and receives from it only', async (lab) => {
      const [one, other, third] = [new Mailbox(lab, v4(0, '0.0.0.0')), new Mailbox(lab), new Mailbox(lab)]
      one.socket.connect(other.local)
      expect(one.local).toEqual(v4(one.local.port))
      third.send('not you', one.local)
      expect(one.send('hello')).toBe(true)
      await other.got(1)
      other.send('hello too', one.local)
      expect(await one.got(1)).toEqual(['hello too'])
    })

    test('a connected socket can connect elsewhere and disconnect', async (lab) => {
      const [one, other, third] = [new Mailbox(lab, unusedAddress(lab)), new Mailbox(lab), new Mailbox(lab)]
      one.socket.connect(other.local)
      one.socket.connect(third.local)
      one.send('to the third')
      expect(await third.got(1)).toEqual(['to the third'])
      one.socket.disconnect()
      expect(refusal(() => one.socket.disconnect())).toBe('ENOTCONN')
      expect(one.send('x')).toBe('EDESTADDRREQ')
      other.send('to all', one.local)
      expect(await one.got(1)).toEqual(['to all'])
    })

    test('a connected socket reports ECONNREFUSED and can still send', async (lab) => {
      const one = new Mailbox(lab)
      const unused = unusedAddress(lab)
      one.socket.connect(unused)
      one.send('x')
      await one.until('onError', () => one.errors.length > 0)
      expect(one.errors[0]).toBe('ECONNREFUSED')
      const other = new Mailbox(lab, unused)
      one.send('now')
      expect(await other.got(1)).toEqual(['now'])
    })
  })

  describe('datagrams: options', () => {
    test('a socket sends to the broadcast address only after SO_BROADCAST was set', async (lab) => {
      const [sender, receiver] = [new Mailbox(lab), new Mailbox(lab, v4(0, '0.0.0.0'))]
      const broadcast = v4(receiver.local.port, '127.255.255.255')
      expect(await refused(sender, sender.send('x', broadcast))).toBe('EACCES')
      sender.socket.setBroadcast(true)
      expect(sender.send('to all', broadcast)).toBe(true)
      expect(await receiver.got(1)).toEqual(['to all'])
    })

    test('a socket still sends and receives after its TTLs and buffer sizes were set', async (lab) => {
      const mailbox = new Mailbox(lab)
      const { socket } = mailbox
      socket.setTtl(1)
      socket.setMulticastTtl(0)
      // This has no effect on the loopback interface, which returns every message.
      socket.setMulticastLoop(false)
      socket.setBufferSize('send', 10_000)
      socket.setBufferSize('receive', 10_000)
      mailbox.send('within the smallest limits', mailbox.local)
      expect(await mailbox.got(1)).toEqual(['within the smallest limits'])
    })

    test('a socket receives the messages of a group from joining it until leaving it', async (lab) => {
      const [sender, receiver] = [new Mailbox(lab), new Mailbox(lab, v4(0, '0.0.0.0'))]
      const group = { group: '239.255.77.7', on: '127.0.0.1' }
      const to = v4(receiver.local.port, group.group)
      sender.socket.setMulticastInterface('127.0.0.1')
      receiver.socket.setMembership(group, true)
      sender.send('to the group', to)
      expect(await receiver.got(1)).toEqual(['to the group'])
      expect(refusal(() => receiver.socket.setMembership(group, true))).toBe('EADDRINUSE')
      receiver.socket.setMembership(group, false)
      sender.send('too late', to)
      await roundTrip(lab)
      expect(receiver.messages).toHaveLength(1)
      expect(refusal(() => receiver.socket.setMembership(group, false))).toBe('EADDRNOTAVAIL')
      expect(refusal(() => receiver.socket.setMembership({ ...group, group: '127.0.0.1' }, true))).toBe('EINVAL')
    })

    test('a source-specific member of a group receives from its source only', async (lab) => {
      const [wanted, other] = [new Mailbox(lab, v4(0, '127.0.0.2')), new Mailbox(lab)]
      const receiver = new Mailbox(lab, v4(0, '0.0.0.0'))
      const group = { group: '239.255.77.8', on: '127.0.0.1', source: '127.0.0.2' }
      receiver.socket.setMembership(group, true)
      for (const { socket } of [wanted, other]) socket.setMulticastInterface('127.0.0.1')
      other.send('no', v4(receiver.local.port, group.group))
      wanted.send('yes', v4(receiver.local.port, group.group))
      expect(await receiver.got(1)).toEqual(['yes'])
      receiver.socket.setMembership(group, false)
    })
  })
}
