/**
 * Keep-alive probes on Deno. Its connections can enable them, but not set the delay before the first one. The handles
 * under its `node:net` can, and one of them can be opened on any existing connection. They are not public, so nothing
 * about them is assumed.
 */
import type { DenoConn } from './api.js'

/** A second handle of a connection. Methods return 0 or a negative status. */
interface Handle {
  openFromRid(rid: number): number
  setKeepAlive(enable: boolean, idleSeconds: number): number
  close(): void
}

type HandleClass = new (type: number) => Handle

const METHODS = ['openFromRid', 'setKeepAlive', 'close'] as const

/** The handle type of a socket that is not a server. */
const SOCKET = 0

const isHandleClass = (value: unknown): value is HandleClass =>
  typeof value === 'function' && METHODS.every((name) => typeof value.prototype[name] === 'function')

const find = (): HandleClass | undefined => {
  try {
    const binding: unknown = Reflect.get(process, 'binding')
    if (typeof binding !== 'function') return undefined
    const found: unknown = Reflect.apply(binding, process, ['tcp_wrap'])
    const value: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'TCP') : undefined
    return isHandleClass(value) ? value : undefined
  } catch {
    return undefined
  }
}

let known: { readonly Handle: HandleClass | undefined } | undefined

/** The number by which Deno identifies a connection. */
const ridOf = (conn: DenoConn): number | undefined => {
  const key = Object.getOwnPropertySymbols(conn).find(({ description }) => description === 'Deno.internal.rid')
  const rid: unknown = key === undefined ? undefined : Reflect.get(conn, key)
  return typeof rid === 'number' ? rid : undefined
}

/**
 * Enables or disables keep-alive probes, and sets the delay before the first one.
 *
 * @param idle - seconds of silence
 * @returns whether it succeeded; it fails if the handles do not have the expected shape
 */
export const setKeepAlive = (conn: DenoConn, enable: boolean, idle: number): boolean => {
  known ??= { Handle: find() }
  const rid = ridOf(conn)
  if (known.Handle === undefined || rid === undefined) return false
  const handle = new known.Handle(SOCKET)
  try {
    return handle.openFromRid(rid) === 0 && handle.setKeepAlive(enable, idle) === 0
  } catch {
    return false
  } finally {
    handle.close()
  }
}
