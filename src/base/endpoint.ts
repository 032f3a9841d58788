/** The one printer of where a socket is: what rules, messages and errors have for addresses with ports, and for paths. */
import type { SocketAddress } from './address.js'
import { textOf } from './unix-path.js'

/**
 * An address as rules have it: `127.0.0.1:80`, `[::1]:80`, `[fe80::1%2]:80` where it has a scope; `unix:/path`, or `unix:@name`
 * for an abstract one. A path that begins with `@` itself is printed as `unix:./@path`.
 */
export function formatEndpoint(address: SocketAddress): string {
  return address.family === 'unix' ? textOf(endpointKey(address)) : endpointKey(address)
}

/** The same, but exact: of a path the bytes, one character each. Two addresses with the same key are the same. */
export function endpointKey(address: SocketAddress): string {
  if (address.family === 'unix') return `unix:${markAbstract(address.path)}`
  if (address.family === 'ipv4') return formatHostPort(address.host, address.port)
  return formatHostPort(hostWithScope(address.host, address.scopeId), address.port)
}

/** A host and a port, as `127.0.0.1:80` or `[::1]:80`. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** An address of IPv6 with its scope as a zone in digits, where it has one. */
export function hostWithScope(host: string, scopeId: number): string {
  return scopeId === 0 ? host : `${host}%${scopeId}`
}

/** An abstract name's NUL is written `@`; so that no file is taken for one, `@` does not come first in a path. */
function markAbstract(path: string): string {
  if (path.startsWith('\0')) return `@${path.slice(1)}`
  return path.startsWith('@') ? `./${path}` : path
}
