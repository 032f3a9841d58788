/** Tests of binding a local address. The expected results are those of Linux. */

import type { Address } from '../../../src/base/address.js'
import type { BindOptions } from '../../../src/host/contract/error.js'
import { describe, expect } from '../../support/harness.js'
import { type ContractOptions, contract, type Lab, type MakeHost, refusal, v4, v6 } from './lab.js'

/** Addresses for documentation (RFC 5737, RFC 3849), which no machine has. */
const FOREIGN = { ipv4: '198.51.100.77', ipv6: '2001:db8::77' }

/** Binds and listens on an address that another socket listens on; a host may refuse in bind or in listen. */
const listenOn = (lab: Lab, address: Address, options: Partial<BindOptions> = {}): string =>
  refusal(() => lab.listen(address, options))

/** Registers the tests of `bind()` and of ports. */
export function bindContract(make: MakeHost, options?: ContractOptions): void {
  describe('bind', () => {
    const { test, testWith } = contract(make, options)

    test('a bind to port 0 takes a free port and reports it at once', async (lab) => {
      const ports = [lab.bind().local, lab.bind().local, lab.bind().local]
      for (const local of ports) {
        expect(local).toEqual(v4(local.port))
        expect(local.port).toBeGreaterThan(0)
      }
      expect(new Set(ports.map(({ port }) => port)).size).toBe(3)
    })

    test('a listener has the address that its socket was bound to', async (lab) => {
      const port = lab.bind()
      expect(lab.listen(port).local).toEqual(port.local)
    })

    test('a port in use is refused with EADDRINUSE in bind or in listen', async (lab) => {
      const { local } = lab.listen()
      expect(listenOn(lab, local)).toBe('EADDRINUSE')
      expect(listenOn(lab, local)).toBe('EADDRINUSE')
    })

    test('a wildcard and an address of its family cannot listen on the same port', async (lab) => {
      expect(listenOn(lab, v4(lab.listen().local.port, '0.0.0.0'))).toBe('EADDRINUSE')
      expect(listenOn(lab, v4(lab.listen(v4(0, '0.0.0.0')).local.port))).toBe('EADDRINUSE')
    })

    test('a second socket on the same address is refused in bind or in listen', async (lab) => {
      const first = lab.bind()
      const both = refusal(() => {
        const second = lab.bind(first.local)
        lab.listen(first)
        lab.listen(second)
      })
      expect(both).toBe('EADDRINUSE')
    })

    test('an address of another machine is refused with EADDRNOTAVAIL', async (lab) => {
      expect(refusal(() => lab.bind(v4(0, FOREIGN.ipv4)))).toBe('EADDRNOTAVAIL')
    })

    testWith('ipv6', 'an IPv6 address of another machine is refused with EADDRNOTAVAIL', async (lab) => {
      expect(refusal(() => lab.bind(v6(0, FOREIGN.ipv6)))).toBe('EADDRNOTAVAIL')
    })

    testWith('quietPort', 'a bound port refuses connections while no socket listens on it', async (lab) => {
      expect(await lab.connect(lab.bind().local).failed()).toBe('ECONNREFUSED')
    })

    test('a port can be bound again after its socket was closed', async (lab) => {
      const port = lab.bind()
      const { local } = port
      port.close()
      expect(lab.listen(local).local).toEqual(local)
    })

    testWith('ipv6', 'the IPv6 wildcard takes the port of both families', async (lab) => {
      const { port } = lab.listen(v6(0, '::')).local
      expect(listenOn(lab, v4(port, '0.0.0.0'))).toBe('EADDRINUSE')
      expect(listenOn(lab, v4(port))).toBe('EADDRINUSE')
      expect(listenOn(lab, v6(port))).toBe('EADDRINUSE')
    })

    testWith('ipv6Only', 'the IPv6-only wildcard leaves the port free for IPv4', async (lab) => {
      const { port } = lab.listen(v6(lab.freePort(), '::'), { ipv6Only: true }).local
      expect(lab.listen(v4(port, '0.0.0.0')).local.port).toBe(port)
      expect(listenOn(lab, v6(port), { ipv6Only: true })).toBe('EADDRINUSE')
    })

    testWith('ipv6', 'a mapped IPv4 address takes the port of the IPv4 address', async (lab) => {
      const { port } = lab.listen(v6(0, '::ffff:127.0.0.1')).local
      expect(listenOn(lab, v4(port))).toBe('EADDRINUSE')
    })

    testWith('reusePort', 'sockets share a port only if all of them set SO_REUSEPORT', async (lab) => {
      const { local } = lab.listen(v4(), { reusePort: true })
      expect(lab.listen(local, { reusePort: true }).local).toEqual(local)
      expect(listenOn(lab, local)).toBe('EADDRINUSE')
      const alone = lab.listen()
      expect(listenOn(lab, alone.local, { reusePort: true })).toBe('EADDRINUSE')
    })
  })
}
