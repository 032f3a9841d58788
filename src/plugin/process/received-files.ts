import type { Directory } from '../../wasi/fs/given.js'
import { isDirectory } from '../../wasi/fs/given.js'
import type { Channel } from './channel.js'
import { decodeFiles } from './files-codec.js'
import { Frame } from './frames.js'
import { WrongMessage } from './messages.js'

/** The most bytes of files that are taken at once. */
const MOST = 512 * 2 ** 20

/** The request of the files that a guest has left; it sends them by itself. */
const LEFT = 0

interface Request {
  readonly parts: Uint8Array[]
  length: number
  resolve(files: Directory): void
  reject(error: Error): void
}

/** The files that the process of a plugin sends. */
export class ReceivedFiles {
  readonly #channel: Channel
  readonly #requests = new Map<number, Request>()
  #left: Directory | undefined
  #isOver = false
  #last = LEFT

  constructor(channel: Channel) {
    this.#channel = channel
    const resolve = (files: Directory): void => {
      this.#left = files
    }
    this.#request(LEFT, { resolve, reject() {} })
  }

  /** Asks for the files below a path. */
  async ask(path: string): Promise<Directory> {
    if (this.#left !== undefined) return below(this.#left, path)
    if (this.#isOver) throw ended()
    this.#last += 1
    const id = this.#last
    return new Promise((resolve, reject) => {
      this.#request(id, { resolve, reject })
      this.#channel.send(Frame.FILES, id, new TextEncoder().encode(path))
    })
  }

  /** Takes a frame about files. @throws {WrongMessage} */
  take(kind: number, id: number, payload: Uint8Array): void {
    const request = this.#requests.get(id)
    if (request === undefined) throw new WrongMessage('files came without a request')
    if (kind === Frame.FILES) {
      request.parts.push(payload)
      request.length += payload.length
      if (request.length > MOST) throw new WrongMessage('it has sent too many files')
      return
    }
    this.#requests.delete(id)
    if (payload.length > 0) {
      request.reject(new Error(new TextDecoder().decode(payload)))
      return
    }
    try {
      request.resolve(decodeFiles(Buffer.concat(request.parts)))
    } catch (error) {
      throw new WrongMessage(`its files are wrong: ${error instanceof Error ? error.message : error}`)
    }
  }

  /** The process is gone. */
  end(): void {
    this.#isOver = true
    for (const { reject } of this.#requests.values()) reject(ended())
    this.#requests.clear()
  }

  #request(id: number, settle: Pick<Request, 'resolve' | 'reject'>): void {
    this.#requests.set(id, { parts: [], length: 0, ...settle })
  }
}

function below(files: Directory, path: string): Directory {
  let found: Directory | undefined = files
  for (const name of path.split('/').filter((part) => part !== '')) {
    const inner: unknown = found?.get(name)
    found = isDirectory(inner) ? inner : undefined
  }
  if (found !== undefined) return found
  throw new Error(
    `Cannot read the guest's files: it has no directory ${JSON.stringify(path)} in memory; list '/' first`,
  )
}

function ended(): Error {
  return new Error("Cannot read the guest's files: its process has ended before it sent them; let the guest exit")
}
