/**
 * Conversion between our addresses and Node's, which include the zone of a link-local IPv6 address, such as
 * `fe80::1%eth0`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { Address } from '../../base/address.js'
import { canonicalIp, zoneIndex } from '../../base/ip.js'

/** The object that Node fills in for `getsockname` and `getpeername`, and returns from `socket.address()`. */
export interface NodeAddress {
  address?: string
  family?: string
  port?: number
}

/** Whether a listener's address is also that of the connections it accepts; otherwise each connection has its own. */
export const isExact = (listener: Address): boolean =>
  listener.family === 'ipv4' ? listener.host !== '0.0.0.0' : listener.host !== '::' && listener.scopeId === 0

/**
 * Converts an address of Node.
 *
 * @param from - the object that Node filled in
 * @returns our form; `undefined` if Node filled in nothing
 */
export const fromNode = ({ address, family, port }: NodeAddress): Address | undefined => {
  if (address === undefined || port === undefined) return undefined
  if (family === 'IPv4') return { family: 'ipv4', host: address, port }
  const percent = address.indexOf('%')
  if (percent < 0) return { family: 'ipv6', host: canonicalIp(address), port, flowInfo: 0, scopeId: 0 }
  const scopeId = scopeIdOf(address.slice(percent + 1))
  return { family: 'ipv6', host: address.slice(0, percent), port, flowInfo: 0, scopeId }
}

/** The text of an address's host, including its zone, in the form that Node and libuv accept. */
export const toNodeHost = (address: Address): string =>
  address.family === 'ipv4' || address.scopeId === 0 ? address.host : `${address.host}%${zoneOf(address.scopeId)}`

/** Node's notation for a network interface: an address of it, or an address with its zone. */
export const interfaceText = (on: string | number): string =>
  typeof on === 'string' ? on : toNodeHost({ family: 'ipv6', host: '::', port: 0, flowInfo: 0, scopeId: on })

/**
 * The result of `Host.interfaces()`: the interfaces whose index Node reports, and on Linux also those without an IPv6
 * address.
 */
export const interfaces = (): ReadonlyMap<string, number> => new Map([...linuxInterfaces(), ...nodeInterfaces()])

// A zone has the form that the system's libuv expects: on Windows the index, elsewhere the name of the interface.

const scopeIdOf = (zone: string): number =>
  zoneIndex(zone, (name) => nodeInterfaces().get(name) ?? linuxInterfaces().get(name)) ?? 0

const zoneOf = (scopeId: number): string => {
  if (process.platform === 'win32') return String(scopeId)
  for (const known of [nodeInterfaces, linuxInterfaces]) {
    for (const [name, index] of known()) if (index === scopeId) return name
  }
  return String(scopeId)
}

/** Node reports the index only of interfaces with a link-local address. */
const nodeInterfaces = (): ReadonlyMap<string, number> => {
  const found = new Map<string, number>()
  try {
    for (const [name, entries] of Object.entries(networkInterfaces())) {
      for (const entry of entries ?? []) if (entry.family === 'IPv6' && entry.scopeid) found.set(name, entry.scopeid)
    }
  } catch {
    // Not permitted: no interface is known.
  }
  return found
}

/** Linux has a file for each interface. */
const linuxInterfaces = (): ReadonlyMap<string, number> => {
  if (process.platform !== 'linux') return new Map()
  try {
    return new Map(readdirSync(SYSFS).map((name) => [name, Number(readFileSync(`${SYSFS}/${name}/ifindex`, 'utf8'))]))
  } catch {
    return new Map()
  }
}

const SYSFS = '/sys/class/net'
