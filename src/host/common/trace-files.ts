/** The files of recordings, on platforms with files. */
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { TraceFile, TraceFiles } from '../platform/trace-files.js'

/** A file that is being written. */
class OpenFile implements TraceFile {
  readonly #path: string
  readonly #place: string
  readonly #fd: number

  /** @param place - where it is written until it is complete */
  constructor(path: string, place: string) {
    this.#path = path
    this.#place = place
    this.#fd = openSync(place, 'w')
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at)
  }

  close(isComplete: boolean): void {
    closeSync(this.#fd)
    if (this.#place === this.#path) return
    if (isComplete) renameSync(this.#place, this.#path)
    else rmSync(this.#place, { force: true })
  }
}

/** Recordings in the file system. */
export const traceFiles: TraceFiles = {
  has: existsSync,
  read: (path) => new Uint8Array(readFileSync(path)),
  create: (path, isWhole) => new OpenFile(path, isWhole ? `${path}.${process.pid}.part` : path),
  whenExiting(callback) {
    process.on('exit', callback)
    return () => void process.off('exit', callback)
  },
}
