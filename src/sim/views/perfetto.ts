/** A recorded run for Perfetto and other readers of Chrome's trace event format. */
import { formatEntry } from '../../base/trace/entry-text.js'
import type { RecordedRun } from '../../base/trace/trace-reader.js'
import type { TraceEntry, TraceEvent } from '../../base/trace/value.js'
import { Clock } from './trace-clock.js'

/** An event of that format: the fields that all phases have, and those of some. */
export interface ChromeEvent {
  /** `M` for metadata, `X` for a slice with a duration, `i` for a moment, `b` and `e` for the life of an object. */
  readonly ph: 'M' | 'X' | 'i' | 'b' | 'e'
  /** What is shown. */
  readonly name: string
  /** Its kind: `loop`, `call` or `socket`. */
  readonly cat: string
  /** Always 1: one program. */
  readonly pid: number
  /** The number of its track. */
  readonly tid: number
  /** Microseconds since the run began. */
  readonly ts: number
  /** Of a slice: how many microseconds it lasts. */
  readonly dur?: number
  /** Of a moment: `t` for its thread. */
  readonly s?: 't'
  /** Of a life: the number of the object. */
  readonly id?: string
  /** What is shown of it when it is selected. */
  readonly args?: Readonly<Record<string, unknown>>
}

/** What a file of that format has. */
export interface ChromeTrace {
  /** The unit that readers show times in. */
  readonly displayTimeUnit: 'ns'
  /** In the order in which they ended. */
  readonly traceEvents: readonly ChromeEvent[]
}

/** The tracks. */
const Track = { TURNS: 1, CALLBACKS: 2, CALLS: 3 } as const

const TRACK_NAMES = { [Track.TURNS]: 'turns of the loop', [Track.CALLBACKS]: 'callbacks', [Track.CALLS]: 'calls' }

/** The calls and events that objects come into being with, and what they are then called. */
const BIRTHS: Readonly<Record<string, string>> = {
  connect: 'connection',
  connectUnix: 'connection',
  connection: 'connection',
  listen: 'listener',
  bindDatagram: 'datagrams',
  lookup: 'lookup',
}

/** The names of entries that end an object. */
const DEATHS: ReadonlySet<string> = new Set(['close', 'reset', 'answer', 'cancel'])

/**
 * A recorded run in the trace event format, which Perfetto opens: the turns of the loop, the callbacks, the calls
 * within them, and how long each socket lived. Calls have no time of their own: they happen at the last time that was
 * told.
 */
export function toPerfetto(run: RecordedRun, name = 'libuv-wasm'): ChromeTrace {
  const events: ChromeEvent[] = [metadata('process_name', 0, name)]
  for (const [tid, track] of Object.entries(TRACK_NAMES)) events.push(metadata('thread_name', Number(tid), track))
  const writer = new Writer(events)
  for (const entry of run.entries()) writer.take(entry)
  writer.end()
  return { displayTimeUnit: 'ns', traceEvents: events }
}

const metadata = (what: string, tid: number, name: string): ChromeEvent => ({
  ph: 'M',
  name: what,
  cat: '__metadata',
  pid: 1,
  tid,
  ts: 0,
  args: { name },
})

/** A slice that has begun. */
interface Begun {
  readonly name: string
  readonly since: number
  readonly args: Readonly<Record<string, unknown>>
}

class Writer {
  readonly #events: ChromeEvent[]
  readonly #clock = new Clock()
  readonly #alive = new Map<number, string>()
  #turn: Begun | undefined
  #callback: Begun | undefined
  #turns = 0
  #entries = 0

  constructor(events: ChromeEvent[]) {
    this.#events = events
  }

  take(entry: TraceEntry): void {
    const before = this.#now
    this.#clock.take(entry)
    const args = { entry: this.#entries++, what: formatEntry(entry) }
    if (entry.kind === 'event') this.#event(entry, before, args)
    else this.#moment(entry.name, args)
    this.#follow(entry)
  }

  /** Ends what has begun. */
  end(): void {
    this.#slice(Track.CALLBACKS, this.#callback, this.#now)
    this.#slice(Track.TURNS, this.#turn, this.#now)
    for (const [object, what] of this.#alive) this.#life('e', object, what, this.#now)
  }

  /** Microseconds. */
  get #now(): number {
    return this.#clock.now / 1000
  }

  /** A callback lasts until the last time that was told before the next one. */
  #event(event: TraceEvent, before: number, args: Begun['args']): void {
    this.#slice(Track.CALLBACKS, this.#callback, before)
    this.#callback = { name: nameOf(event), since: this.#now, args }
    if (event.joined) return
    this.#slice(Track.TURNS, this.#turn, before)
    this.#turn = { name: 'turn', since: this.#now, args: { turn: ++this.#turns } }
  }

  #follow(entry: TraceEntry): void {
    const birth = BIRTHS[entry.name]
    const made = entry.kind === 'call' ? (entry.threw ? undefined : entry.outcome) : entry.args
    const number = Array.isArray(made) ? made[0] : made
    // The event that a connection is established is no birth.
    if (birth !== undefined && typeof number === 'number' && !(entry.kind === 'event' && entry.name === 'connect')) {
      this.#alive.set(number, birth)
      this.#life('b', number, birth, this.#now, { what: formatEntry(entry) })
    }
    const what = this.#alive.get(entry.object)
    const isOver = DEATHS.has(entry.name) || (entry.name === 'error' && what !== 'datagrams')
    if (what === undefined || !isOver) return
    this.#alive.delete(entry.object)
    this.#life('e', entry.object, what, this.#now)
  }

  #slice(tid: number, begun: Begun | undefined, end: number): void {
    if (begun === undefined) return
    const { name, since, args } = begun
    this.#events.push({ ph: 'X', name, cat: 'loop', pid: 1, tid, ts: since, dur: Math.max(0, end - since), args })
  }

  #moment(name: string, args: Begun['args']): void {
    this.#events.push({ ph: 'i', s: 't', name, cat: 'call', pid: 1, tid: Track.CALLS, ts: this.#now, args })
  }

  #life(ph: 'b' | 'e', object: number, what: string, ts: number, args: Begun['args'] = {}): void {
    this.#events.push({ ph, id: String(object), name: `${what} ${object}`, cat: 'socket', pid: 1, tid: 0, ts, args })
  }
}

const nameOf = ({ name, object }: TraceEvent): string => (object === 0 ? name : `${name} of ${object}`)
