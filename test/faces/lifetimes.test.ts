/**
 * Random lifetimes of sockets of `libuv-wasm/net`. Each byte shows its stream and its place, and a buffer is
 * overwritten with a marker as soon as its callback was called: no peer receives the marker, reported bytes arrive, and
 * nothing is left.
 */
import { once } from 'node:events'
import nodeNet from 'node:net'
import { setImmediate } from 'node:timers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createNet, type Net } from 'libuv-wasm/net'
import { Async, type Host, Loop } from '../../src/index.js'
import { ChunkOwner } from '../support/chunk-owner.js'
import { soon } from '../support/deadline.js'
import { expectNothingLeft } from '../support/leakcheck.js'
import { MARKER, Pattern } from '../support/pattern.js'
import { type Random, seeded } from '../support/random.js'
import { hosts } from './support/net-lab.js'

const GROUPS = 8
const SIDE_BY_SIDE = 10

/** The part of a socket that is used here, of `libuv-wasm/net` and of `node:net`. */
interface Socket {
  readonly destroyed: boolean
  readonly writableCorked: number
  on(event: string, listener: (chunk: Uint8Array) => void): unknown
  once(event: string, listener: () => void): unknown
  write(data: Uint8Array, callback: (error?: Error | null) => void): boolean
  cork(): void
  uncork(): void
  pause(): unknown
  resume(): unknown
  end(): unknown
  destroy(): unknown
  destroySoon(): void
  resetAndDestroy(): unknown
}

type AnyNet = Net | typeof nodeNet

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The codes of a failed write, which depend on the version of Node and on the end of the connection. */
const FAILURES =
  /^(ECANCELED|ECONNRESET|EPIPE|ERR_STREAM_DESTROYED|ERR_STREAM_WRITE_AFTER_END|ABORT_ERR|ERR_SOCKET_CLOSED(_BEFORE_CONNECTION)?)$/

/** A socket that writes, and a peer that reads. */
class Life {
  readonly #writer: Socket
  readonly #reader: Socket
  readonly #owner: ChunkOwner
  readonly #random: Random
  readonly #pattern: Pattern
  readonly #leaves: 'ends' | 'is destroyed' | 'is destroyed soon' | 'resets' | 'is left'
  readonly #reads: 'at once' | 'slowly' | 'late' | 'never' | 'then is destroyed'
  readonly #bringer = { recycle(): void {} }
  #written = 0
  #reported = 0
  #waiting = 0
  readonly #failures = new Set<string>()
  #end: 'end' | 'close' | undefined
  readonly #over: Promise<unknown>

  constructor(writer: Socket, reader: Socket, owner: ChunkOwner, random: Random, base: Pattern) {
    this.#writer = writer
    this.#reader = reader
    this.#owner = owner
    this.#random = random
    this.#pattern = new Pattern(random, base)
    this.#leaves = random.pick(['ends', 'is destroyed', 'is destroyed', 'is destroyed soon', 'resets', 'is left'])
    this.#reads = random.pick(['at once', 'slowly', 'late', 'never', 'then is destroyed'])
    for (const socket of [writer, reader]) socket.on('error', () => {})
    this.#over = new Promise((resolve) => {
      reader.once('end', () => {
        this.#end = 'end'
        resolve(undefined)
      })
      reader.once('close', () => {
        this.#end ??= 'close'
        resolve(undefined)
      })
    })
    if (this.#reads !== 'late' && this.#reads !== 'never') this.#read()
  }

  /** Makes random writes, and leaves. */
  async write(): Promise<void> {
    const random = this.#random
    const most = random.pick([100, 5_000, 200_000])
    for (let acts = random.int(1, 25); acts > 0 && !this.#writer.destroyed; acts--) {
      if (random.chance(0.2)) await turn()
      else if (random.chance(0.1)) random.chance(0.5) ? this.#writer.cork() : this.#writer.uncork()
      else this.#write(random.chance(0.05) ? random.int(0, 8_000_000) : random.int(0, most))
    }
    while (this.#writer.writableCorked > 0) this.#writer.uncork()
    if (this.#leaves === 'ends') this.#writer.end()
    if (this.#leaves === 'is destroyed') this.#writer.destroy()
    if (this.#leaves === 'is destroyed soon') this.#writer.destroySoon()
    if (this.#leaves === 'resets') this.#writer.resetAndDestroy()
  }

  /** Reads to the end, if it reads at all: the writer's loop has ended, and closed the writer. */
  async readOn(): Promise<void> {
    if (this.#reads === 'late') this.#read()
    if (this.#reads !== 'never') await soon(this.#over, `the end of ${this}`)
    this.#reader.destroy()
  }

  faults(): string[] {
    const faults: string[] = []
    const received = this.#owner.received(this.#bringer)
    if (this.#waiting > 0) faults.push(`${this.#waiting} callbacks did not come`)
    if (received > this.#written) faults.push('more came than was written')
    const clean = this.#leaves !== 'resets'
    if (clean && this.#end === 'end' && received < this.#reported) faults.push('bytes are missing')
    const readsOn = this.#reads === 'at once' || this.#reads === 'slowly' || this.#reads === 'late'
    if (clean && readsOn && this.#end !== 'end') faults.push('the end did not come')
    for (const code of this.#failures) if (!FAILURES.test(code)) faults.push(`a write failed with ${code}`)
    return faults.map((fault) => `${fault}: ${this}`)
  }

  toString(): string {
    const bytes = `${this.#reported} of ${this.#written} reported, ${this.#owner.received(this.#bringer)} received`
    return `a socket that ${this.#leaves}, its peer reads ${this.#reads} to ${this.#end}: ${bytes}`
  }

  #write(length: number): void {
    const data = this.#pattern.bytes(this.#written, length)
    this.#written += length
    this.#waiting++
    this.#writer.write(data, (error) => {
      this.#waiting--
      // Older versions of Node, and libuv-wasm/net, report success for writes that a destroyed socket has dropped.
      if (error) this.#failures.add('code' in error ? String(error.code) : error.name)
      else if (!this.#writer.destroyed) this.#reported += length
      data.fill(MARKER)
    })
  }

  #read(): void {
    const enough = this.#random.int(0, 100_000)
    this.#reader.on('data', (chunk: Uint8Array) => {
      this.#owner.take(this.#bringer, chunk, this.#pattern)
      if (this.#reads === 'slowly' && this.#random.chance(0.2)) {
        this.#reader.pause()
        setImmediate(() => this.#reader.resume())
      }
      if (this.#reads === 'then is destroyed' && this.#owner.received(this.#bringer) > enough) this.#reader.destroy()
    })
    this.#reader.resume()
  }
}

/** A net on a loop of its own. */
const openNet = async (host: Host) => {
  const loop = await Loop.open({ host })
  // Keeps the loop running after a connection has ended.
  new Async({ loop })
  const running = loop.run()
  const close = async (): Promise<void> => {
    await soon(loop[Symbol.asyncDispose](), 'the loop to close its handles')
    await running
    expectNothingLeft(loop)
  }
  return { net: createNet({ loop }), close }
}

/** Makes sockets from one net to another; the loop of the writers ends while some are open. */
const liveTogether = async (
  writing: AnyNet,
  reading: AnyNet,
  end: () => Promise<void>,
  random: Random,
  base: Pattern,
) => {
  const owner = new ChunkOwner(random)
  const server = reading.createServer({ pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await soon(once(server, 'listening'), 'a server')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const lives: Life[] = []
  for (let count = 0; count < SIDE_BY_SIDE; count++) {
    const arrived = once(server, 'connection')
    const writer = writing.connect(port, '127.0.0.1')
    const [reader] = await soon(arrived, 'a connection')
    lives.push(new Life(writer, reader, owner, random, base))
  }
  await Promise.all(lives.map((life) => life.write()))
  await end()
  await Promise.all(lives.map((life) => life.readOn()))
  server.close()
  await turn()
  expect([...owner.faults(), ...lives.flatMap((life) => life.faults())]).toEqual([])
}

describe.each(hosts)('lifetimes over %s', (name, makeHost, real) => {
  let host: Host
  let readers: Awaited<ReturnType<typeof openNet>>

  beforeEach(async () => {
    host = makeHost()
    readers = await openNet(host)
  })

  afterEach(() => readers.close())

  test('sockets of libuv-wasm/net lose no reported bytes', async () => {
    const random = seeded(`net ${name}`)
    const base = new Pattern(random)
    for (let group = 0; group < GROUPS; group++) {
      const writers = await openNet(host)
      await liveTogether(writers.net, readers.net, writers.close, random, base)
    }
  })

  if (!real) return

  test('sockets that write to node:net lose no reported bytes', async () => {
    const random = seeded(`to node:net ${name}`)
    const base = new Pattern(random)
    for (let group = 0; group < GROUPS; group++) {
      const writers = await openNet(host)
      await liveTogether(writers.net, nodeNet, writers.close, random, base)
    }
  })
})
