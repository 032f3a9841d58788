/** The transport on `Deno.listen` and `Deno.connect`. */

import { type Address, unspecified } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { canonicalIp } from '../../base/ip.js'
import { toNodeHost } from '../common/addresses.js'
import type { Transport } from '../common/transport.js'
import { HostError } from '../contract/error.js'
import { fixedIdle, type KeepAliveProbes } from '../contract/keep-alive.js'
import type { DenoAddress, DenoSockets } from './api.js'
import { DenoBoundSocket, dial } from './bound-socket.js'
import { DenoConnection } from './connection.js'
import { setKeepAlive } from './keep-alive-probes.js'
import { connect, listen } from './leaving-addresses.js'
import { DenoUnix } from './unix.js'

/** A TCP connection on Deno. */
class DenoTcpConnection extends DenoConnection {
  protected override addressOf(told: DenoAddress | undefined): Address {
    return told === undefined ? unspecified(this.like.family) : addressOf(told, this.like)
  }

  override setNoDelay(enable: boolean): void {
    this.conn?.setNoDelay?.(enable)
  }

  override setKeepAlive(enable: boolean, idle: number, probes?: KeepAliveProbes): void {
    if (this.conn === undefined || setKeepAlive(this.conn, enable, fixedIdle(idle, probes))) return
    throw new HostError('ENOPROTOOPT', `this Deno cannot send keep-alive probes after ${idle} s of silence`)
  }
}

/** Converts an address. Deno does not report the zone of a link-local address, so it is taken from `like`. */
const addressOf = ({ hostname = '', port = 0 }: DenoAddress, like: Address): Address =>
  hostname.includes(':')
    ? {
        family: 'ipv6',
        host: canonicalIp(hostname),
        port,
        flowInfo: 0,
        scopeId: like.family === 'ipv6' ? like.scopeId : 0,
      }
    : { family: 'ipv4', host: hostname, port }

const targetOf = (at: Address): { hostname: string; port: number } => ({ hostname: toNodeHost(at), port: at.port })

/** Creates the transport. @param deno - the global object */
export const denoTransport = (deno: DenoSockets): Transport => ({
  name: 'deno',
  unix: () => new DenoUnix(deno),
  sharesPorts: () => false,
  bind(wanted, { ipv6Only, reusePort }) {
    if (reusePort) throw new HostError('ENOTSUP', 'Deno can share a port only with --unstable-net')
    if (ipv6Only && wanted.host === '::') throw new HostError('ENOTSUP', "Deno's IPv6 wildcard accepts IPv4 as well")
    const listener = listen(deno, targetOf(wanted), `bind ${formatEndpoint(wanted)}`)
    const local = 'then' in listener ? wanted : addressOf(listener.addr, wanted)
    return new DenoBoundSocket(listener, local, targetOf(local), () => new DenoTcpConnection(local, true))
  },
  connect: (remote, events) => dial(new DenoTcpConnection(remote, false), events, connect(deno, targetOf(remote))),
  bindDatagram() {
    throw new HostError(
      'EOPNOTSUPP',
      "Deno.listenDatagram requires --unstable-net, and Deno's node:dgram is incomplete",
    )
  },
})
