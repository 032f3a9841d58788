/**
 * The part of Bun's API that is used here. It is declared in this file so that using this library does not require
 * Bun's types.
 */

/** A socket. @see https://bun.com/docs/runtime/networking/tcp */
export interface BunSocket<Data> {
  /** The data of this library. */
  data: Data
  // Sockets with paths do not report these.
  readonly localFamily: string | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly remoteFamily: string | undefined
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  /** @returns the number of bytes that the operating system has accepted; -1 when the socket is closed */
  write(data: Uint8Array): number
  /** Sends FIN. */
  shutdown(): void
  /** Closes the socket. */
  end(): void
  /** Closes the socket with RST. */
  terminate(): void
  pause(): void
  resume(): void
  unref(): void
  setNoDelay(enable: boolean): boolean
  /** @param idle - milliseconds */
  setKeepAlive(enable: boolean, idle: number): boolean
}

/** The event handlers of a socket. */
export interface BunHandler<Data> {
  readonly binaryType: 'uint8array'
  open(socket: BunSocket<Data>): void
  data(socket: BunSocket<Data>, chunk: Uint8Array): void
  drain(socket: BunSocket<Data>): void
  end(socket: BunSocket<Data>): void
  close(socket: BunSocket<Data>, error?: unknown): void
  error(socket: BunSocket<Data>, error: unknown): void
  connectError(socket: BunSocket<Data>, error: unknown): void
}

/** A target address. */
export type BunTarget = { readonly hostname: string; readonly port: number } | { readonly unix: string }

/** The options of listening and connecting. */
interface BunOptions<Data> {
  readonly allowHalfOpen: boolean
  readonly socket: BunHandler<Data>
}

/** A listening socket. */
export interface BunListener {
  /** Only for TCP. */
  readonly port?: number
  stop(): void
  unref(): void
}

/** The global object `Bun`. */
export interface BunSockets {
  readonly version: string
  /** Listens synchronously. @throws with `code`: EADDRINUSE, EADDRNOTAVAIL, ENOENT, EACCES */
  listen<Data>(
    options: BunTarget &
      BunOptions<Data> & { readonly exclusive?: boolean; readonly ipv6Only?: boolean; readonly reusePort?: boolean },
  ): BunListener
  connect<Data>(options: BunTarget & BunOptions<Data> & { readonly data: Data }): Promise<BunSocket<Data>>
}

const isBun = (value: unknown): value is BunSockets =>
  typeof value === 'object' &&
  value !== null &&
  ['listen', 'connect'].every((name) => typeof Reflect.get(value, name) === 'function')

/** Bun's sockets; `undefined` on other runtimes. */
export const bunSockets = (): BunSockets | undefined => {
  const value: unknown = Reflect.get(globalThis, 'Bun')
  return isBun(value) ? value : undefined
}
