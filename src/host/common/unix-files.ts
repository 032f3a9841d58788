/** Sockets with paths as names on platforms where they are files: the common part of the Node, Deno and Bun hosts. */
import fs from 'node:fs'
import { HostError } from '../contract/error.js'
import { HostUnix } from '../contract/unix.js'
import { caughtError } from './errors.js'

/** The permission bits of a mode. */
const MODE_MASK = 0o7777

/** The file operations of {@link HostUnix}. */
export abstract class FileUnix extends HostUnix {
  unlink(path: string): void {
    onSocket(path, 'unlink', (file) => fs.unlinkSync(file))
  }

  chmod(path: string, mode: number): void {
    onSocket(path, 'chmod', (file) => fs.chmodSync(file, mode & MODE_MASK))
  }

  mode(path: string): number {
    return onSocket(path, 'stat', (file) => fs.statSync(file).mode & MODE_MASK)
  }
}

/**
 * Converts a path from our form, one character per byte, to text.
 *
 * @throws {HostError} EINVAL when the bytes are not valid UTF-8
 */
export const nodePath = (path: string): string => {
  const bytes = Buffer.from(path, 'latin1')
  const text = bytes.toString()
  if (Buffer.from(text).equals(bytes)) return text
  throw new HostError('EINVAL', `the path ${JSON.stringify(path)} is not valid UTF-8, which this platform requires`)
}

/** Performs an action on a path. Every other path than that of a socket is ENOENT, for whatever reason. */
const onSocket = <Result>(path: string, what: string, action: (file: string) => Result): Result => {
  if (!isSocket(path)) throw new HostError('ENOENT', `${what} ${path}: it is not a socket`)
  const file = nodePath(path)
  try {
    return action(file)
  } catch (error) {
    throw caughtError(error, `${what} ${file}`)
  }
}

const isSocket = (path: string): boolean => {
  try {
    return fs.lstatSync(nodePath(path)).isSocket()
  } catch {
    return false
  }
}
