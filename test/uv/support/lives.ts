/**
 * Random lifetimes of streams: writes and the ways both ends leave are random. Each byte shows its stream and its place
 * in it, and a buffer is overwritten with a marker as soon as its request is finished.
 */
import { setImmediate } from 'node:timers'
import { Async, type Loop, Pipe, StatusCode, TCP, UVError } from '../../../src/index.js'
import { ChunkOwner } from '../../support/chunk-owner.js'
import { soon } from '../../support/deadline.js'
import { MARKER, Pattern } from '../../support/pattern.js'
import { Random } from '../../support/random.js'

/** The number of streams in a group. */
const SIDE_BY_SIDE = 12

/** Whether a request may end with this status. */
const isOutcome = (status: number): boolean =>
  status === 0 || [StatusCode.ECANCELED, StatusCode.ECONNRESET, StatusCode.EPIPE].includes(status)

type Stream = TCP | Pipe

/** The bytes that all streams send, each from a different place. */
const base = new Pattern(new Random(1))

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Makes some streams between two loops, one of which ends while they are open.
 *
 * @param open - opens a loop; all loops have the same host
 * @param path - the path of the listener, for streams over paths
 * @throws {Error} the faults of all streams
 */
export const liveTogether = async (open: () => Promise<Loop>, random: Random, path?: string): Promise<void> => {
  const [first, second] = [await open(), await open()]
  const owner = new ChunkOwner(random)
  const runs = [first, second].map((loop) => {
    // Keeps the loop alive while it has no other handle.
    new Async({ loop })
    return loop.run()
  })
  // A run that fails is reported at once, not as a peer that does not answer.
  await Promise.all([...runs, play(first, second, owner, random, path)])
}

const play = async (
  first: Loop,
  second: Loop,
  owner: ChunkOwner,
  random: Random,
  path: string | undefined,
): Promise<void> => {
  const lives: Life[] = []
  const meet = listen(second, path)
  for (let count = 0; count < SIDE_BY_SIDE; count++) {
    const [one, other] = await meet(first)
    lives.push(random.chance(0.7) ? new Life(one, other, owner, random) : new Life(other, one, owner, random))
  }
  await Promise.all(lives.map((life) => life.write()))
  await soon(first[Symbol.asyncDispose](), 'the first loop to end')
  await Promise.all(lives.map((life) => life.readOn()))
  await soon(second[Symbol.asyncDispose](), 'the second loop to end')
  const faults = [...owner.faults(), ...lives.flatMap((life) => life.faults())]
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

/** Listens. @returns a function that connects from another loop, and returns both ends */
const listen = (loop: Loop, path: string | undefined): ((from: Loop) => Promise<readonly [Stream, Stream]>) => {
  const server = path === undefined ? new TCP({ loop }) : new Pipe({ loop })
  if (server instanceof Pipe) server.bind(path ?? '')
  else server.bind(['127.0.0.1', 0])
  let arrived: (peer: Stream) => void = () => {}
  server.listen(128, () => arrived(server.accept()))
  return async (from) => {
    const peer = new Promise<Stream>((resolve) => {
      arrived = resolve
    })
    const client = server instanceof Pipe ? new Pipe({ loop: from }) : new TCP({ loop: from })
    if (client instanceof Pipe) client.connect(path ?? '')
    else if (server instanceof TCP) client.connect(server.sockname)
    return [client, await soon(peer, 'a connection')]
  }
}

/** A stream: one end writes, the other reads. */
class Life {
  readonly #writer: Stream
  readonly #reader: Stream
  readonly #owner: ChunkOwner
  readonly #random: Random
  readonly #pattern: Pattern
  readonly #leaves: 'closes' | 'resets' | 'finishes' | 'waits and closes' | 'is left'
  readonly #reads: 'at once' | 'slowly' | 'late' | 'never' | 'then closes'
  /** The written bytes, and those of them that were reported as written. */
  #written = 0
  #reported = 0
  #waiting = 0
  /** The statuses of the requests, in order. */
  readonly #statuses: number[] = []
  /** The status that ended the reading. */
  #end: number | undefined
  readonly #ended: Promise<void>
  #tellEnd: () => void = () => {}

  constructor(writer: Stream, reader: Stream, owner: ChunkOwner, random: Random) {
    this.#writer = writer
    this.#reader = reader
    this.#owner = owner
    this.#random = random
    this.#pattern = new Pattern(random, base)
    this.#leaves = random.pick(['closes', 'closes', 'resets', 'finishes', 'waits and closes', 'is left'])
    this.#reads = random.pick(['at once', 'slowly', 'late', 'late', 'never', 'then closes'])
    this.#ended = new Promise((resolve) => {
      this.#tellEnd = resolve
    })
    if (this.#reads !== 'late' && this.#reads !== 'never') this.#readStart()
  }

  /** Makes random writes, and leaves. */
  async write(): Promise<void> {
    const random = this.#random
    const most = random.pick([100, 5_000, 200_000])
    for (let acts = random.int(1, 25); acts > 0 && this.#writer.writable; acts--) {
      const length = random.chance(0.05) ? random.int(0, 8_000_000) : random.int(0, most)
      const how = random.int(0, 5)
      if (how === 0) await turn()
      else if (how === 1) await this.#wait()
      else if (how === 2) this.#write(length)
      else if (how === 3) this.#write(length, random.int(1, 10))
      else this.#try(Math.min(length, 300_000))
    }
    await this.#leave()
  }

  /** Reads to the end, unless the reader is closed or never reads. */
  async readOn(): Promise<void> {
    const reader = this.#reader
    if (reader.closing || this.#reads === 'never') return
    if (this.#end === undefined && this.#reads === 'late') this.#readStart()
    // There is no end to wait for if the writer stays open.
    if (this.#writer.closing || this.#leaves === 'finishes') await soon(this.#ended, `the end of ${this}`)
    void reader.close()
  }

  /** The faults of this stream. */
  faults(): string[] {
    const faults: string[] = []
    const received = this.#owner.received(this.#reader)
    const failed = this.#statuses.findIndex((status) => status !== 0)
    if (this.#waiting > 0) faults.push(`${this.#waiting} requests are not over`)
    if (!this.#statuses.every(isOutcome)) faults.push('a request ended otherwise')
    if (failed >= 0 && this.#statuses.slice(failed).includes(0)) faults.push('a write went well after one that failed')
    if (received > this.#written) faults.push('more came than was written')
    const whole = this.#end === StatusCode.EOF && this.#leaves !== 'resets'
    if (whole && received < this.#reported) faults.push('bytes are missing')
    if (this.#end !== undefined && this.#end !== StatusCode.EOF && this.#leaves !== 'resets') {
      faults.push('it did not end but failed')
    }
    return faults.map((fault) => `${fault}: ${this}`)
  }

  toString(): string {
    const bytes = `${this.#reported} of ${this.#written} reported, ${this.#owner.received(this.#reader)} received`
    const ends = `reads ${this.#reads} to ${this.#end}, ${this.#leaves} after [${this.#statuses.join(' ')}]`
    return `a ${this.#writer.constructor.name} that ${ends}, ${bytes}`
  }

  #readStart(): void {
    const enough = this.#random.int(0, 100_000)
    this.#reader.readStart((reader, status, data) => {
      if (status < 0) {
        this.#end = status
        this.#tellEnd()
        return
      }
      this.#owner.take(reader, data, this.#pattern)
      if (this.#reads === 'slowly' && this.#random.chance(0.2)) void this.#pause()
      if (this.#reads === 'then closes' && this.#owner.received(reader) > enough) {
        void reader.close()
        this.#tellEnd()
      }
    })
  }

  async #pause(): Promise<void> {
    this.#reader.readStop()
    await turn()
    if (this.#reader.readable && this.#end === undefined) this.#reader.readStart()
  }

  /** @param pieces - the number of buffers that the bytes are split into */
  #write(length: number, pieces = 1): void {
    const data = this.#pattern.bytes(this.#written, length)
    const size = Math.ceil(length / pieces)
    const list = Array.from({ length: pieces }, (_, index) => data.subarray(index * size, (index + 1) * size))
    this.#written += length
    this.#waiting++
    this.#writer.write(list, (_request, status) => {
      this.#waiting--
      // A write without bytes succeeds on a broken connection, on Linux too.
      if (length > 0) this.#statuses.push(status)
      if (status === 0) this.#reported += length
      data.fill(MARKER)
    })
  }

  #try(length: number): void {
    const data = this.#pattern.bytes(this.#written, length)
    try {
      const taken = this.#writer.tryWrite(this.#random.chance(0.5) ? data : [data.subarray(0, 10), data.subarray(10)])
      this.#written += taken
      this.#reported += taken
    } catch (error) {
      if (!(error instanceof UVError) || !['EAGAIN', 'EPIPE', 'ECONNRESET'].includes(error.code)) throw error
    }
    data.fill(MARKER)
  }

  async #leave(): Promise<void> {
    const writer = this.#writer
    if (writer.closing || this.#leaves === 'is left') return
    // The peer may have disconnected.
    if (this.#leaves === 'finishes' && writer.writable) writer.shutdown(() => {})
    if (this.#leaves === 'waits and closes') await this.#wait()
    if (this.#leaves === 'resets' && writer instanceof TCP) void writer.closeReset()
    else if (this.#leaves !== 'finishes') void writer.close()
  }

  /** Waits a while for the pending requests. */
  async #wait(): Promise<void> {
    for (let turns = 0; turns < 20 && this.#waiting > 0; turns++) await turn()
  }
}
