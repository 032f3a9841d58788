/**
 * Random calls on a connection of any implementation of `node:net`, with a record of what a program sees: events in
 * order, results of calls, and the socket's properties whenever no event is pending.
 */
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers'
import fc from 'fast-check'

/** The part of a socket that is tested. */
export interface End extends Duplex {
  readonly pending: boolean
  readonly connecting: boolean
  readonly readyState: string
  readonly bytesRead: number
  readonly bytesWritten: number
  resetAndDestroy(): unknown
  destroySoon(): void
}

/** The options of both ends of a connection. */
export interface EndOptions {
  readonly allowHalfOpen: boolean
  readonly highWaterMark: number
}

/** An implementation of `node:net`. */
export interface Implementation {
  createServer(
    options: EndOptions,
    listener: (peer: End) => void,
  ): { listen(at: number | string): unknown; address(): unknown; close(): unknown }
  connect(options: EndOptions & ({ readonly port: number; readonly host: string } | { readonly path: string })): End
}

/** The way in which an end reads. */
type Reading = 'data' | 'readable' | 'nothing'

/** A call on one end. */
type Deed =
  | { readonly do: 'write' | 'text' | 'end with'; readonly size: number }
  | { readonly do: 'read'; readonly size: number | undefined }
  | { readonly do: 'end' | 'destroy' | 'fail' | 'reset' | 'destroy soon' | 'pause' | 'resume' | 'cork' | 'uncork' }

/**
 * The calls on a connection: those of one step are made together, and between steps all events are awaited. The first
 * step directly follows `connect()`.
 */
export interface Schedule {
  readonly ends: Readonly<Record<'client' | 'server', EndOptions & { readonly reading: Reading }>>
  readonly steps: readonly (readonly (Deed & { readonly who: 'client' | 'server' })[])[]
}

/**
 * With a highWaterMark of at least this, a stream reads all bytes ahead. Below it a stream stops in between, at a place
 * that depends on the chunks of TCP: then only the bytes that were read at the end are compared.
 */
const ROOMY = 65_536

const end = fc.oneof(
  fc.record({
    allowHalfOpen: fc.boolean(),
    highWaterMark: fc.constantFrom(1, 100, ROOMY),
    reading: fc.constantFrom<Reading>('data', 'data', 'readable'),
  }),
  fc.record({
    allowHalfOpen: fc.boolean(),
    highWaterMark: fc.constant(ROOMY),
    reading: fc.constant<Reading>('nothing'),
  }),
)

const who = fc.constantFrom<'client' | 'server'>('client', 'server')
/**
 * Only small sizes: a write that is larger than the part tried at once reports a reset one turn later than in node:net.
 */
const size = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 200 }))

const deed = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ who, do: fc.constantFrom('write', 'text'), size }),
  },
  { weight: 1, arbitrary: fc.record({ who, do: fc.constant('end with'), size }) },
  { weight: 3, arbitrary: fc.record({ who, do: fc.constant('read'), size: fc.option(size, { nil: undefined }) }) },
  { weight: 4, arbitrary: fc.record({ who, do: fc.constantFrom('pause', 'resume', 'cork', 'uncork') }) },
  {
    weight: 2,
    arbitrary: fc.record({ who, do: fc.constantFrom('end', 'end', 'destroy soon', 'destroy', 'fail', 'reset') }),
  },
) as fc.Arbitrary<Deed & { readonly who: 'client' | 'server' }>

/** Any schedule. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  ends: fc.record({ client: end, server: end }),
  steps: fc.array(fc.array(deed, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 }),
})

/** Whether to wait for a few or for many turns of the event loop without an event. */
export type Patience = 'short' | 'long'
const QUIET = { short: 8, long: 150 }

/**
 * Runs a schedule.
 *
 * @param at - a path, or 0 for any port
 * @returns the recorded lines, first the client's and then the server's
 */
export async function play(
  net: Implementation,
  schedule: Schedule,
  patience: Patience,
  at: string | 0,
): Promise<string[]> {
  const { client, server } = schedule.ends
  const notes = { client: new Notes(client), server: new Notes(server) }
  const quiet = (): Promise<void> => silence(() => notes.client.count + notes.server.count, QUIET[patience])
  const ends: Partial<Record<'client' | 'server', End>> = {}
  const listener = net.createServer(server, (peer) => {
    ends.server = peer
    notes.server.watch(peer)
  })
  listener.listen(at)
  const address = listener.address() as AddressInfo | string
  const where = typeof address === 'string' ? { path: address } : { port: address.port, host: '127.0.0.1' }
  ends.client = net.connect({ ...client, ...where })
  notes.client.watch(ends.client)
  for (const step of schedule.steps) {
    for (const { who, ...deed } of step) notes[who].does(ends[who], deed)
    await quiet()
    for (const who of ['client', 'server'] as const) notes[who].state(ends[who])
  }
  for (const end of [ends.client, ends.server]) end?.destroy()
  listener.close()
  await quiet()
  return [...notes.client.lines('client'), ...notes.server.lines('server')]
}

/** Waits until nothing was recorded for some turns. */
async function silence(count: () => number, turns: number): Promise<void> {
  for (let left = turns, before = count(); left > 0; left--) {
    await new Promise((resolve) => setImmediate(resolve))
    if (count() === before) continue
    before = count()
    left = turns
  }
}

/** The record of one end. */
class Notes {
  count = 0
  readonly #lines: string[] = []
  #deeds = 0
  #received = 0
  /** A checksum of all bytes, in their order. */
  #sum = 0
  readonly #reading: Reading
  readonly #exact: boolean

  constructor({ reading, highWaterMark }: Schedule['ends']['client']) {
    this.#reading = reading
    this.#exact = highWaterMark >= ROOMY
  }

  watch(socket: End): void {
    for (const event of ['connect', 'ready', 'end', 'finish', 'drain', 'pause', 'resume']) {
      socket.on(event, () => this.#note(event))
    }
    socket.on('close', (failed: boolean) => this.#note(`close ${failed}`))
    socket.on('error', (error) => this.#note(`error ${say(error)}`))
    if (this.#reading === 'data') socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    if (this.#reading === 'readable') {
      socket.on('readable', () => {
        for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) this.#receive(chunk)
      })
    }
  }

  does(socket: End | undefined, deed: Deed): void {
    const number = ++this.#deeds
    if (socket === undefined) return
    const done = (error?: Error | null): void => this.#note(`${number} done${error ? ` ${say(error)}` : ''}`)
    this.#note(`${number} ${JSON.stringify(deed)} ${this.#act(socket, deed, done)}`)
  }

  state(socket: End | undefined): void {
    if (this.#exact) this.#flush()
    if (socket === undefined) return
    const { readyState, destroyed, readableLength, bytesRead, writableLength, pending, connecting } = socket
    const { readableEnded, writableEnded, writableFinished, readableFlowing, closed, writableNeedDrain } = socket
    const stands = { readyState, pending, connecting, destroyed, closed }
    const inwards = {
      readableFlowing,
      readableEnded,
      ...((this.#exact || readableEnded) && { readableLength, bytesRead }),
    }
    // node:net counts a failed write of bytes, but not one of text.
    const outwards = { writableLength, writableEnded, writableFinished, writableNeedDrain }
    const bytesWritten = socket.errored ? 'some' : socket.bytesWritten
    this.#lines.push(`  ${JSON.stringify({ ...stands, ...inwards, ...outwards, bytesWritten })}`)
  }

  lines(who: string): string[] {
    if (this.#exact) this.#flush()
    return this.#lines.map((line) => `${who}: ${line}`)
  }

  #act(socket: End, deed: Deed, done: (error?: Error | null) => void): unknown {
    switch (deed.do) {
      case 'write':
        return socket.write(Buffer.alloc(deed.size, deed.size), done)
      case 'text':
        return socket.write('ä'.repeat(deed.size), done)
      case 'end with':
        return void socket.end(Buffer.alloc(deed.size, 1), done)
      case 'end':
        return void socket.end(done)
      case 'read': {
        if (!this.#exact) return 'not now'
        const chunk: Buffer | null = socket.read(deed.size)
        if (chunk !== null) this.#receive(chunk)
        return chunk === null
      }
      case 'fail':
        return void socket.destroy(new Error('wanted'))
      case 'reset':
        // libuv cannot reset while an end is pending: node:net leaks the handle then, libuv-wasm/net closes it.
        return socket.writableEnded && !socket.writableFinished ? 'not now' : reset(socket)
      case 'destroy soon':
        return void socket.destroySoon()
      default:
        return void socket[deed.do]()
    }
  }

  /** Bytes are recorded together, because TCP has no message boundaries. */
  #receive(chunk: Buffer): void {
    this.count++
    this.#received += chunk.length
    for (const byte of chunk) this.#sum = (Math.imul(this.#sum, 31) + byte) | 0
  }

  #note(line: string): void {
    if (this.#exact || line === 'end') this.#flush()
    this.count++
    this.#lines.push(line)
  }

  #flush(): void {
    if (this.#received > 0) this.#lines.push(`${this.#received} bytes, ${this.#sum}`)
    this.#received = 0
  }
}

/** Resets a connection. @returns the error, since not every connection can be reset */
const reset = (socket: End): unknown => {
  try {
    return void socket.resetAndDestroy()
  } catch (error) {
    return say(error as Error)
  }
}

const say = (error: Error): string => {
  const { code, syscall } = error as NodeJS.ErrnoException
  return `${code ?? error.message} ${syscall ?? ''}`.trim()
}
