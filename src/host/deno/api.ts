/**
 * The part of Deno's API that is used here. It is declared in this file so that using this library does not require
 * Deno's types.
 */

/**
 * A target address. @see https://docs.deno.com/api/deno/~/Deno.NetAddr, https://docs.deno.com/api/deno/~/Deno.UnixAddr
 */
export type DenoTarget =
  | { readonly hostname: string; readonly port: number }
  | { readonly transport: 'unix'; readonly path: string }

/** An address reported by Deno: either with a host and a port, or with a path. */
export interface DenoAddress {
  readonly hostname?: string
  readonly port?: number
  /** Null if the socket has no path. */
  readonly path?: string | null
}

/** A connection. */
export interface DenoConn {
  readonly localAddr: DenoAddress
  readonly remoteAddr: DenoAddress
  /** Only one read at a time is allowed. @returns the number of bytes read; null at the end */
  read(into: Uint8Array): Promise<number | null>
  /** @returns the number of bytes that the operating system has accepted */
  write(data: Uint8Array): Promise<number>
  /** Sends FIN. */
  closeWrite(): Promise<void>
  /** Closes the connection; reads and writes in progress fail. */
  close(): void
  /** Lets the process exit despite pending reads. */
  unref(): void
  /** Connections with paths do not have this method. */
  setNoDelay?(enable: boolean): void
}

/** A listening socket. */
export interface DenoListener {
  readonly addr: DenoAddress
  accept(): Promise<DenoConn>
  close(): void
  unref(): void
}

/** The global object `Deno`. */
export interface DenoSockets {
  /** Listens synchronously. @throws with `code`: EADDRINUSE, EADDRNOTAVAIL, ENOENT; NotCapable without permission */
  listen(options: DenoTarget): DenoListener
  connect(options: DenoTarget): Promise<DenoConn>
}

const isDeno = (value: unknown): value is DenoSockets =>
  typeof value === 'object' &&
  value !== null &&
  ['listen', 'connect'].every((name) => typeof Reflect.get(value, name) === 'function')

/** Deno's sockets; `undefined` on other runtimes. */
export const denoSockets = (): DenoSockets | undefined => {
  const value: unknown = Reflect.get(globalThis, 'Deno')
  return isDeno(value) ? value : undefined
}
