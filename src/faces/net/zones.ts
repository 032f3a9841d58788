/** The zones of link-local addresses, as `node:net` takes and tells them. */
import type { Address } from '../../base/address.js'
import { parseIp } from '../../base/ip.js'
import { readZone } from '../../uv/address.js'
import { INSTANCE, type Loop } from '../../uv/loop.js'

/**
 * An address that `isIP()` took, for our handles: the zone of no interface is let go, as libuv lets it go. The system then refuses
 * an address that needs one.
 */
export function withKnownZone(loop: Loop, text: string): string {
  const percent = text.indexOf('%')
  if (percent < 0) return text
  const ip = parseIp(text)
  const known = ip !== undefined && readZone(loop[INSTANCE].host, ip.zone) !== undefined
  return known ? text : text.slice(0, percent)
}

/** An address's text: of a link-local one with its interface, by name where the system has names for them. */
export function textWithZone(loop: Loop, address: Address): string {
  if (address.family === 'ipv4' || address.scopeId === 0 || !LINK_LOCAL.test(address.host)) return address.host
  return `${address.host}%${nameOf(loop, address.scopeId) ?? address.scopeId}`
}

/** RFC 4291, section 2.5.6. */
const LINK_LOCAL = /^fe[89ab][\da-f]:/

function nameOf(loop: Loop, scopeId: number): string | undefined {
  if (process.platform === 'win32') return undefined
  for (const [name, index] of loop[INSTANCE].host.interfaces()) if (index === scopeId) return name
  return undefined
}
