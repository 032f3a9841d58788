/** What is used of Deno, described here so that no types of Deno's are needed to use this library. */

/** An address. @see https://docs.deno.com/api/deno/~/Deno.NetAddr */
export interface DenoAddress {
  readonly hostname: string
  readonly port: number
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
  setNoDelay(enable: boolean): void
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
  /** Listens within the call. @throws with `code`: EADDRINUSE, EADDRNOTAVAIL; NotCapable without permission */
  listen(options: DenoAddress): DenoListener
  connect(options: DenoAddress): Promise<DenoConn>
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
