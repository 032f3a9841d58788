/** Every host that the contract is tested on outside Jest. A host is imported only where it can run. */
import { readFileSync } from 'node:fs'
import type { Host } from '../../../src/host/contract/host.js'
import { virtualHost } from '../../../src/host/virtual.js'
import { openSockets } from '../../support/open-sockets.js'
import type { ContractOptions, Feature, MakeHost } from './contract.js'

/** A host, and what it refuses. */
export interface ContractSubject {
  readonly make: MakeHost
  readonly options: ContractOptions
}

/**
 * Makes hosts over the sockets of this process; sockets opened since then are leaks.
 *
 * @param counts - which sockets count, all by default
 */
export const overSockets =
  (make: () => Host, counts = (_socket: string): boolean => true): MakeHost =>
  () => {
    const before = new Set(openSockets())
    return { host: make(), leaks: () => openSockets().filter((socket) => !before.has(socket) && counts(socket)) }
  }

/** Deno sometimes opens socket pairs for its own use; they have no names. */
const notPair = (socket: string): boolean => {
  const line = readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .find((line) => line.trim().split(' ').includes(socket.replace(/\D/g, '')))
  return line === undefined || /[/@]/.test(line)
}

/** A network in memory, which lists what is open in it. */
export const overVirtual: MakeHost = () => {
  const host = virtualHost()
  return { host, leaks: () => host.open() }
}

/** What Node refuses, by its version. */
export const nodeRefuses = async (transport: 'handle' | 'net'): Promise<ContractOptions> => {
  const { tcpWrap } = await import('../../../src/host/node/tcp-wrap.js')
  const { udpWrap } = await import('../../../src/host/node/udp-wrap.js')
  const wrap = tcpWrap()
  const older = 'the libuv in this Node has no such option'
  const refuses: Partial<Record<Feature, string>> = {}
  if (wrap !== undefined && wrap.tcp.constants.UV_TCP_REUSEPORT === undefined) refuses.reusePort = older
  // Versions of node:dgram without reusePort ignore it without an error.
  if (transport === 'net') refuses.shareDatagrams = 'node:dgram may ignore it'
  else if (udpWrap()?.constants.UV_UDP_REUSEPORT === undefined) refuses.shareDatagrams = older
  return { refuses }
}

const node = async (transport: 'handle' | 'net'): Promise<ContractSubject> => {
  const { nodeHost } = await import('../../../src/host/node.js')
  return { make: overSockets(() => nodeHost({ transport })), options: await nodeRefuses(transport) }
}

const bun = async (): Promise<ContractSubject> => {
  const { bunHost } = await import('../../../src/host/bun.js')
  const refuses = {
    connectFromPort: 'Bun.connect takes no local address',
    localAtOnce: 'Bun.connect reports the local address only after it has connected',
    datagrams: 'Bun.udpSocket reports only later whether it could bind',
    quietPort: 'Bun.listen binds and listens in one call: an early client is reset',
  }
  return { make: overSockets(bunHost), options: { refuses } }
}

const deno = async (): Promise<ContractSubject> => {
  const { denoHost } = await import('../../../src/host/deno.js')
  const refuses = {
    connectFromPort: 'Deno.connect takes no local address',
    localAtOnce: 'Deno.connect reports the local address only after it has connected',
    reusePort: 'Deno.listen needs --unstable-net for it',
    ipv6Only: 'Deno.listen has no option for it',
    datagrams: 'Deno.listenDatagram needs --unstable-net',
    reset: 'Deno sends FIN whenever it closes a connection',
    quietPort: 'Deno.listen binds and listens in one call: an early client waits',
  }
  return { make: overSockets(denoHost, notPair), options: { refuses } }
}

/** By the name that the program takes as argument. */
export const subjects = new Map<string, () => Promise<ContractSubject>>([
  ['virtual', async () => ({ make: overVirtual, options: {} })],
  ['node-handle', () => node('handle')],
  ['node-net', () => node('net')],
  ['bun', bun],
  ['deno', deno],
])
