/** Where recordings are kept. */

/** A recording that is being written. */
export interface TraceFile {
  /** Writes bytes before it returns. */
  write(bytes: Uint8Array): void
  /** @param isComplete - whether a file that is there only as a whole is kept */
  close(isComplete: boolean): void
}

/** The files of recordings. */
export interface TraceFiles {
  /** Whether there is a file. */
  has(path: string): boolean
  /** The content of a file. */
  read(path: string): Uint8Array<ArrayBuffer>
  /** Makes a file. @param isWhole - whether it is to be there only when it is complete */
  create(path: string, isWhole: boolean): TraceFile
  /** Calls back when the process ends. @returns what takes that back */
  whenExiting(callback: () => void): () => void
}

/**
 * The files of this platform.
 *
 * @throws {TypeError} when it has none, such as a page
 */
export async function openTraceFiles(): Promise<TraceFiles> {
  const isPage = globalThis.process?.versions?.node === undefined
  const { traceFiles } = await (isPage ? import('./page.js') : import('#platform'))
  return traceFiles()
}
