/** Sockets with paths where paths are files: what Node's, Deno's and Bun's have in common. */
import fs from 'node:fs'
import { HostError } from '../contract/error.js'
import { HostUnix } from '../contract/unix.js'
import { caughtError } from './errors.js'

/** What a socket is called that nobody gave a name. */
/** The bits of a mode that are permissions. */
const MODE_MASK = 0o7777

/** The part of {@link HostUnix} that is about files. */
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
 * A path as text: ours are bytes.
 *
 * @throws {HostError} EINVAL when they are none
 */
export const nodePath = (path: string): string => {
  const bytes = Buffer.from(path, 'latin1')
  const text = bytes.toString()
  if (Buffer.from(text).equals(bytes)) return text
  throw new HostError('EINVAL', `the path ${JSON.stringify(path)} is no UTF-8, and no other is taken here`)
}

/** Does something to a path that is a socket's. */
const onSocket = <Result>(path: string, what: string, action: (file: string) => Result): Result => {
  const file = nodePath(path)
  try {
    if (fs.lstatSync(file).isSocket()) return action(file)
  } catch (error) {
    throw caughtError(error, `${what} ${file}`)
  }
  throw new HostError('ENOENT', `${what} ${file}: it is no socket`)
}
