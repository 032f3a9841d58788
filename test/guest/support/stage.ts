/** Starts guests for tests, records their output, and terminates them after the test. */
import net from 'node:net'
import { afterEach } from '@jest/globals'
import type { GuestOptions, Guest as GuestType } from '../../../src/guest/guest.js'
import { soon } from '../../support/deadline.js'
import { driver, Guest, nodeHost } from './built.js'
import { guestModule } from './uvcc.js'

/**
 * The options of a guest. By default its network is this machine's, and its driver is the tested one.
 */
export type Part = GuestOptions & { readonly program?: string | URL }

const playing: Play[] = []
const sockets: net.Socket[] = []

/** Terminates the running guests after each test; has to be called while tests are registered. */
export const endAll = (): void => {
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    for (const play of playing) play.guest.terminate()
    for (const { guest } of playing.splice(0)) await soon(guest.exit.then(ignore, ignore), 'the guest to end')
  })
}

const ignore = (): void => {}

/** A guest, and its output. */
export class Play {
  readonly guest: GuestType
  readonly #written: Written

  constructor(guest: GuestType, written: Written) {
    this.guest = guest
    this.#written = written
  }

  /** The bytes of its standard output. */
  get output(): string {
    return this.#written.text(1)
  }

  /** The bytes of its standard error. */
  get errors(): string {
    return this.#written.text(2)
  }

  /** Its exit code. */
  get code(): Promise<number> {
    return soon(this.guest.exit, 'the guest to end')
  }

  /** The reason that its exit is rejected with. */
  get failure(): Promise<unknown> {
    const failed = this.guest.exit.then(
      (code) => Promise.reject(new Error(`the guest ended with ${code}`)),
      (error: unknown) => error,
    )
    return soon(failed, 'the guest to fail')
  }

  /** Waits until its output matches. */
  async says(pattern: RegExp): Promise<readonly string[]> {
    let match: RegExpExecArray | null = null
    await until(() => {
      match = pattern.exec(this.output)
      return match !== null
    }, `the guest to say ${pattern}`)
    return match ?? []
  }

  /** Waits until its errors match. */
  complains(pattern: RegExp): Promise<void> {
    return until(() => pattern.test(this.errors), `the guest to complain ${pattern}`)
  }
}

/** Both streams of a guest. */
class Written {
  readonly #pieces: { readonly stream: 1 | 2; readonly bytes: Uint8Array }[] = []

  add(stream: 1 | 2, bytes: Uint8Array): void {
    this.#pieces.push({ stream, bytes })
  }

  text(wanted: 1 | 2): string {
    return Buffer.concat(this.#pieces.filter(({ stream }) => stream === wanted).map(({ bytes }) => bytes)).toString()
  }
}

/** Waits until a condition holds; checks it once in each turn of the event loop. */
export const until = async (so: () => boolean, what: string): Promise<void> => {
  let waiting = true
  const look = async (): Promise<void> => {
    while (waiting && !so()) await turn()
  }
  await soon(look(), what).finally(() => {
    waiting = false
  })
}

/** A turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Starts a guest: `behave`, unless its part names another program, of `programs` or anywhere.
 *
 * @param network - the host without an option `host`: this machine's, or the default of `Guest.start()`
 */
export const play = async (
  args: readonly string[],
  part: Part = {},
  network: 'node' | 'none' = 'node',
): Promise<Play> => {
  const { program = 'behave', onOutput, ...options } = part
  const written = new Written()
  const guest = await Guest.start(typeof program === 'string' ? await guestModule(program) : program, {
    ...(network === 'node' && { host: nodeHost() }),
    driver,
    ...options,
    args: [String(program), ...args],
    onOutput: (stream, bytes) => {
      written.add(stream, bytes)
      return onOutput?.(stream, bytes)
    },
  })
  const started = new Play(guest, written)
  playing.push(started)
  return started
}

/** Starts an echo server. @returns the guest and its port */
export const playEcho = async (part: Part = {}, host = '127.0.0.1'): Promise<{ echo: Play; port: number }> => {
  const echo = await play([host], { program: 'echo', ...part })
  const [, port] = await echo.says(/port (\d+)/)
  return { echo, port: Number(port) }
}

/** Connects a socket of node:net. @returns it once it is connected */
export const connect = async (port: number, host = '127.0.0.1'): Promise<net.Socket> => {
  const socket = net.connect({ port, host, noDelay: true })
  sockets.push(socket)
  await soon(
    new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject)),
    'a connection',
  )
  return socket
}

/** The bytes that a socket receives until its peer ends. */
export const received = async (socket: net.Socket): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The next `count` bytes of a socket. */
export const receive = (socket: net.Socket, count: number): Promise<Buffer> => {
  const come = new Promise<Buffer>((resolve, reject) => {
    const look = (): void => {
      const bytes: Buffer | null = socket.read(count)
      if (bytes === null) return
      socket.off('readable', look).off('close', gone)
      resolve(bytes)
    }
    const gone = (): void => reject(new Error('the connection closed'))
    socket.on('readable', look).on('close', gone)
    look()
  })
  return soon(come, `${count} bytes`)
}
