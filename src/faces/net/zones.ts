/** The zones of link-local addresses, in the form that `node:net` accepts and returns. */
import type { Address } from '../../base/address.js'
import { parseIp } from '../../base/ip.js'
import { readZone } from '../../uv/address.js'
import type { Loop } from '../../uv/loop/loop.js'
import { INSTANCE } from '../../uv/loop/loop-keys.js'

/**
 * Prepares an address that `isIP()` accepted for a handle: a zone that is not an interface is removed, like libuv
 * does. The system then refuses an address that needs a zone.
 */
export function withKnownZone(loop: Loop, text: string): string {
  const percent = text.indexOf('%')
  if (percent < 0) return text
  const ip = parseIp(text)
  const known = ip !== undefined && readZone(loop[INSTANCE].host, ip.zone) !== undefined
  return known ? text : text.slice(0, percent)
}

/** The text of an address. A link-local one includes its interface, by name if the system names interfaces. */
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
