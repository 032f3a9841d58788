/** What is used of Bun, described here so that no types of Bun's are needed to use this library. */

/** A socket. @see https://bun.com/docs/runtime/networking/tcp */
export interface BunSocket<Data> {
  /** Ours. */
  data: Data
  // Those with paths tell nothing of these.
  readonly localFamily: string | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly remoteFamily: string | undefined
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  /** @returns how many bytes the operating system took; -1 when the socket is closed */
  write(data: Uint8Array): number
  /** FIN. */
  shutdown(): void
  /** Closes it. */
  end(): void
  /** Closes it with RST. */
  terminate(): void
  pause(): void
  resume(): void
  unref(): void
  setNoDelay(enable: boolean): boolean
  /** @param idle - milliseconds */
  setKeepAlive(enable: boolean, idle: number): boolean
}

/** What a socket tells. */
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

/** Where to. */
export type BunTarget = { readonly hostname: string; readonly port: number } | { readonly unix: string }

/** How both are done. */
interface BunOptions<Data> {
  readonly allowHalfOpen: boolean
  readonly socket: BunHandler<Data>
}

/** A listening socket. */
export interface BunListener {
  /** Of TCP only. */
  readonly port?: number
  stop(): void
  unref(): void
}

/** The global object `Bun`. */
export interface BunSockets {
  readonly version: string
  /** Listens within the call. @throws with `code`: EADDRINUSE, EADDRNOTAVAIL, ENOENT, EACCES */
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

/** Bun's sockets, where this is Bun. */
export const bunSockets = (): BunSockets | undefined => {
  const value: unknown = Reflect.get(globalThis, 'Bun')
  return isBun(value) ? value : undefined
}
