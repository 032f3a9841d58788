/** What taking a local address must do. The answers are Linux's. */

import type { Address } from '../../../src/base/address.js'
import type { BindOptions } from '../../../src/host/contract/error.js'
import { describe, expect } from '../../support/harness.js'
import { type ContractOptions, contract, type Lab, type MakeHost, refusal, v4, v6 } from './lab.js'

/** An address for documentation (RFC 5737, RFC 3849), which no machine has. */
const NOBODYS = { ipv4: '198.51.100.77', ipv6: '2001:db8::77' }

/** Takes an address that another socket listens on; a host may find out in bind or in listen. */
const listenOn = (lab: Lab, address: Address, options: Partial<BindOptions> = {}): string =>
  refusal(() => lab.listen(address, options))

/** Registers the tests of `bind()` and of ports. */
export function bindContract(make: MakeHost, options?: ContractOptions): void {
  describe('bind', () => {
    const { test, testWith } = contract(make, options)

    test('port 0 takes a free port, known at once', async (lab) => {
      const ports = [lab.bind().local, lab.bind().local, lab.bind().local]
      for (const local of ports) {
        expect(local).toEqual(v4(local.port))
        expect(local.port).toBeGreaterThan(0)
      }
      expect(new Set(ports.map(({ port }) => port)).size).toBe(3)
    })

    test('a listener has the address that was bound', async (lab) => {
      const port = lab.bind()
      expect(lab.listen(port).local).toEqual(port.local)
    })

    test('a taken port is EADDRINUSE at once, in bind or in listen', async (lab) => {
      const { local } = lab.listen()
      expect(listenOn(lab, local)).toBe('EADDRINUSE')
      expect(listenOn(lab, local)).toBe('EADDRINUSE')
    })

    test('a wildcard and an address of its family exclude each other', async (lab) => {
      expect(listenOn(lab, v4(lab.listen().local.port, '0.0.0.0'))).toBe('EADDRINUSE')
      expect(listenOn(lab, v4(lab.listen(v4(0, '0.0.0.0')).local.port))).toBe('EADDRINUSE')
    })

    test('of two sockets bound to one address the second to listen is refused', async (lab) => {
      const first = lab.bind()
      const both = refusal(() => {
        const second = lab.bind(first.local)
        lab.listen(first)
        lab.listen(second)
      })
      expect(both).toBe('EADDRINUSE')
    })

    test("an address that is not this machine's is EADDRNOTAVAIL", async (lab) => {
      expect(refusal(() => lab.bind(v4(0, NOBODYS.ipv4)))).toBe('EADDRNOTAVAIL')
    })

    testWith('ipv6', "an IPv6 address that is not this machine's is EADDRNOTAVAIL", async (lab) => {
      expect(refusal(() => lab.bind(v6(0, NOBODYS.ipv6)))).toBe('EADDRNOTAVAIL')
    })

    testWith('quietPort', 'a port that was taken and is not listened on refuses', async (lab) => {
      expect(await lab.connect(lab.bind().local).failed()).toBe('ECONNREFUSED')
    })

    test('a port that was given back can be taken', async (lab) => {
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

    testWith('ipv6Only', 'the IPv6-only wildcard leaves the port to IPv4', async (lab) => {
      const { port } = lab.listen(v6(lab.freePort(), '::'), { ipv6Only: true }).local
      expect(lab.listen(v4(port, '0.0.0.0')).local.port).toBe(port)
      expect(listenOn(lab, v6(port), { ipv6Only: true })).toBe('EADDRINUSE')
    })

    testWith('ipv6', 'a mapped IPv4 address is the IPv4 address', async (lab) => {
      const { port } = lab.listen(v6(0, '::ffff:127.0.0.1')).local
      expect(listenOn(lab, v4(port))).toBe('EADDRINUSE')
    })

    testWith('reusePort', 'those that say so share a port, others are refused', async (lab) => {
      const { local } = lab.listen(v4(), { reusePort: true })
      expect(lab.listen(local, { reusePort: true }).local).toEqual(local)
      expect(listenOn(lab, local)).toBe('EADDRINUSE')
      const alone = lab.listen()
      expect(listenOn(lab, alone.local, { reusePort: true })).toBe('EADDRINUSE')
    })
  })
}
