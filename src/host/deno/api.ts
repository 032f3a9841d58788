/** What is used of Deno, described here so that no types of Deno's are needed to use this library. */

/** Where to. @see https://docs.deno.com/api/deno/~/Deno.NetAddr, https://docs.deno.com/api/deno/~/Deno.UnixAddr */
export type DenoTarget =
  | { readonly hostname: string; readonly port: number }
  | { readonly transport: 'unix'; readonly path: string }

/** What Deno tells of an address: of its kind, one or the other. */
export interface DenoAddress {
  readonly hostname?: string
  readonly port?: number
  /** Null for none. */
  readonly path?: string | null
}

/** A connection. */
export interface DenoConn {
  readonly localAddr: DenoAddress
  readonly remoteAddr: DenoAddress
  /** One at a time. @returns how many bytes came; null for the end */
  read(into: Uint8Array): Promise<number | null>
  /** @returns how many bytes the operating system took */
  write(data: Uint8Array): Promise<number>
  /** FIN. */
  closeWrite(): Promise<void>
  /** Closes it; reads and writes that are under way fail. */
  close(): void
  /** Reads keep the process no more. */
  unref(): void
  /** Connections with paths have it not. */
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
  /** Listens within the call. @throws with `code`: EADDRINUSE, EADDRNOTAVAIL, ENOENT; NotCapable without permission */
  listen(options: DenoTarget): DenoListener
  connect(options: DenoTarget): Promise<DenoConn>
}

const isDeno = (value: unknown): value is DenoSockets =>
  typeof value === 'object' &&
  value !== null &&
  ['listen', 'connect'].every((name) => typeof Reflect.get(value, name) === 'function')

/** Deno's sockets, where this is Deno. */
export const denoSockets = (): DenoSockets | undefined => {
  const value: unknown = Reflect.get(globalThis, 'Deno')
  return isDeno(value) ? value : undefined
}
