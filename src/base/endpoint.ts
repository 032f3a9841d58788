/** The only formatter of socket addresses, with a port or a path. Rules, messages and errors use it. */
import type { SocketAddress } from './address.js'
import { isServicePath } from './service-name.js'
import { textOf } from './unix-path.js'

/**
 * Formats an address in the syntax of rules: `127.0.0.1:80`, `[::1]:80`, `[fe80::1%2]:80` with a scope, `unix:/path`,
 * `unix:@name` for an abstract name, or `service:name`. A path that begins with `@` itself is printed as
 * `unix:./@path`.
 */
export function formatEndpoint(address: SocketAddress): string {
  return address.family === 'unix' ? textOf(endpointKey(address)) : endpointKey(address)
}

/**
 * Like {@link formatEndpoint}, but exact: a path keeps its bytes, one character each. Equal keys mean equal addresses.
 */
export function endpointKey(address: SocketAddress): string {
  if (address.family === 'unix')
    return isServicePath(address.path) ? address.path : `unix:${markAbstract(address.path)}`
  if (address.family === 'ipv4') return formatHostPort(address.host, address.port)
  return formatHostPort(hostWithScope(address.host, address.scopeId), address.port)
}

/** Formats a host and a port, such as `127.0.0.1:80` or `[::1]:80`. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** An IPv6 address, followed by its scope as a numeric zone if it has one. */
export function hostWithScope(host: string, scopeId: number): string {
  return scopeId === 0 ? host : `${host}%${scopeId}`
}

/**
 * Writes the leading NUL of an abstract name as `@`. A path that begins with `@` gets `./`, so that it cannot be
 * mistaken for one.
 */
function markAbstract(path: string): string {
  if (path.startsWith('\0')) return `@${path.slice(1)}`
  return path.startsWith('@') ? `./${path}` : path
}
