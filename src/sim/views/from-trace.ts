/** The packets of a recorded run, as far as its calls and events tell them. */
import type { Address } from '../../base/address.js'
import { formatEndpoint } from '../../base/endpoint.js'
import { parseIp } from '../../base/ip.js'
import type { RecordedRun } from '../../base/trace/trace-reader.js'
import { Digest, isRecord, type TraceEntry, type Value, Withheld } from '../../base/trace/value.js'
import type { Capture, CapturedEnd, CapturedMachine, CapturedNote, CapturedPacket } from './capture.js'
import { type Direction, Flow } from './flow.js'
import { Clock } from './trace-clock.js'

const ABOUT =
  'Synthesized from the calls and events of a program: handshakes, sequence numbers, windows and acknowledgements are ' +
  'not those of the wire'

/** What the program has of one connection. */
interface Known {
  local: Address | undefined
  remote: Address | undefined
  /** Whether it was accepted. */
  readonly isAccepted: boolean
}

/**
 * The packets of a recorded run, between the program and its peers. What a trace does not tell is synthesized; payloads
 * that it does not hold have a length only. Sockets with paths have no packets.
 *
 * @throws {RangeError} when there are more than four million packets
 */
export function captureOf(run: RecordedRun): Capture {
  return new TraceCapture(run).capture
}

/** A datagram socket. */
interface Datagrams {
  local: Address
  remote: Address | undefined
}

class TraceCapture {
  readonly #began: number
  readonly #clock = new Clock()
  readonly #connections: ReadonlyMap<number, Known>
  /** Where the program itself is reached, as `HOST:PORT`. */
  readonly #own: ReadonlySet<string>
  readonly #datagrams = new Map<number, Datagrams>()
  readonly #flows = new Map<string, Flow>()
  readonly #machines: CapturedMachine[] = [{ name: 'program', about: ABOUT }]
  readonly #numbers = new Map<string, number>()
  readonly #packets: CapturedPacket[] = []
  readonly #notes: CapturedNote[] = []
  readonly #names = new Map<string, string[]>()
  /** What was looked up, by the number of the lookup. */
  readonly #lookups = new Map<number, string>()

  constructor(run: RecordedRun) {
    // A header may say anything, and one of an earlier version says nothing.
    const { began } = run.header
    this.#began = Number.isFinite(began) ? began : 0
    this.#connections = readConnections(run)
    this.#own = readOwn(run, this.#connections)
    for (const entry of run.entries()) this.#take(entry)
  }

  get capture(): Capture {
    return {
      machines: this.#machines,
      packets: this.#packets,
      notes: this.#notes,
      begins: this.#began,
      names: this.#names,
      about: ABOUT,
    }
  }

  #take(entry: TraceEntry): void {
    this.#clock.take(entry)
    const known = this.#connections.get(entry.object)
    if (entry.kind === 'call') {
      if (entry.threw) return
      const made = numberOf(entry.outcome)
      if (entry.name === 'connect' && made !== undefined && this.#connections.has(made))
        this.#flow(made)?.ask(this.#now)
      else if (known !== undefined) this.#connectionCall(entry.object, known, entry.name, entry.args, entry.outcome)
      else this.#otherCall(entry)
      return
    }
    if (entry.name === 'connection') this.#flow(numberOf(entry.args) ?? -1)?.open(this.#now)
    else if (known !== undefined) this.#connectionEvent(entry.object, known, entry.name, entry.args)
    else this.#otherEvent(entry.object, entry.name, entry.args)
  }

  get #now(): number {
    return this.#clock.now
  }

  #connectionCall(object: number, known: Known, name: string, args: readonly Value[], outcome: Value): void {
    const flow = this.#flow(object)
    const mine: Direction = known.isAccepted ? 'back' : 'there'
    // What a peer in the same program receives is known with its bytes, when it does.
    if (name === 'shutdown' || name === 'close') flow?.end(this.#now, mine)
    else if (name === 'reset') flow?.reset(this.#now, mine)
    else if (!this.#isInside(known)) for (const sent of sentBy(name, args, outcome)) this.#data(flow, mine, sent)
  }

  #connectionEvent(object: number, known: Known, name: string, args: readonly Value[]): void {
    const flow = this.#flow(object)
    const theirs: Direction = known.isAccepted ? 'there' : 'back'
    if (name === 'connect') flow?.open(this.#now)
    else if (name === 'data') this.#data(flow, theirs, args[0])
    else if (name === 'end') flow?.end(this.#now, theirs)
    else if (name === 'error') {
      const code = String(args[0])
      if (RESETS.has(code)) flow?.reset(this.#now, theirs, code)
      else this.#note(`${code} at the connection to ${known.remote ? formatEndpoint(known.remote) : 'its peer'}`)
    }
  }

  #data(flow: Flow | undefined, direction: Direction, value: Value): void {
    flow?.data(this.#now, direction, lengthOf(value), value instanceof Uint8Array ? value : undefined)
  }

  #otherCall({ name, object, args, outcome }: TraceEntry & { readonly outcome: Value }): void {
    const socket = this.#datagrams.get(object)
    if (name === 'bindDatagram') {
      const local = addressIn(outcome)
      const made = numberOf(outcome)
      if (local !== undefined && made !== undefined) this.#datagrams.set(made, { local, remote: undefined })
    } else if (name === 'lookup') this.#lookups.set(numberOf([outcome]) ?? -1, String(args[0]))
    else if (socket === undefined) return
    else if (name === 'connect') socket.remote = addressOf(args[0])
    else if (name === 'disconnect') socket.remote = undefined
    else if (name === 'send') {
      const to = addressOf(args[1]) ?? socket.remote
      if (to !== undefined && !this.#own.has(formatEndpoint(to))) this.#message(socket.local, to, args[0])
    }
  }

  #otherEvent(object: number, name: string, args: readonly Value[]): void {
    const socket = this.#datagrams.get(object)
    const asked = this.#lookups.get(object)
    if (socket !== undefined && name === 'message') {
      const from = addressOf(args[1])
      if (from !== undefined) this.#message(from, socket.local, args[0])
    } else if (asked !== undefined && name === 'answer' && Array.isArray(args[0])) {
      for (const host of args[0]) if (parseIp(host) !== undefined) this.#name(String(host), asked)
    } else if (asked !== undefined && name === 'error') this.#note(`${args[0]} at the lookup of ${asked}`)
  }

  #name(host: string, name: string): void {
    const all = this.#names.get(host) ?? []
    if (!all.includes(name)) this.#names.set(host, [...all, name])
  }

  #message(from: Address, to: Address, value: Value): void {
    const bytes = value instanceof Uint8Array ? value : undefined
    const ends = { from: this.#end(from), to: this.#end(to) }
    this.#add({ time: this.#now, arrives: this.#now, ...ends, tcp: undefined, length: lengthOf(value), bytes })
  }

  /** @throws {RangeError} beyond {@link MOST}: a few bytes of a trace can stand for a payload of any length */
  #add(packet: CapturedPacket): void {
    if (this.#packets.length === MOST)
      throw new RangeError(`Cannot show the packets: the recording has more than ${MOST} packets; record a shorter run`)
    this.#packets.push(packet)
  }

  #note(text: string): void {
    this.#notes.push({ time: this.#now, machine: 0, text })
  }

  /** The packets of a connection; those of both ends are the same. */
  #flow(object: number): Flow | undefined {
    const { local, remote, isAccepted } = this.#connections.get(object) ?? NOT_KNOWN
    if (local === undefined || remote === undefined) return undefined
    const [there, back] = isAccepted ? [remote, local] : [local, remote]
    const key = `${formatEndpoint(there)} ${formatEndpoint(back)}`
    const found = this.#flows.get(key)
    if (found !== undefined) return found
    const flow = new Flow(this.#end(there), this.#end(back), (packet) => this.#add(packet))
    this.#flows.set(key, flow)
    return flow
  }

  #isInside({ remote }: Known): boolean {
    return remote !== undefined && this.#own.has(formatEndpoint(remote))
  }

  #end(address: Address): CapturedEnd {
    return { machine: this.#machineOf(address), host: address.host, port: address.port }
  }

  #machineOf(address: Address): number {
    if (this.#own.has(formatEndpoint(address))) return 0
    const known = this.#numbers.get(address.host)
    if (known !== undefined) return known
    this.#machines.push({ name: address.host, about: `A peer of the program. ${ABOUT}` })
    this.#numbers.set(address.host, this.#machines.length - 1)
    return this.#machines.length - 1
  }
}

/** The most packets of a capture. */
const MOST = 4_000_000

const NOT_KNOWN: Known = { local: undefined, remote: undefined, isAccepted: false }

/** The errors that a packet of the peer has brought. */
const RESETS: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE'])

/** The addresses of all connections, as they were known last. */
function readConnections(run: RecordedRun): Map<number, Known> {
  const found = new Map<number, Known>()
  for (const entry of run.entries()) {
    const traits = entry.kind === 'call' ? entry.outcome : entry.args
    if (!Array.isArray(traits)) continue
    const number = numberOf(traits)
    if (entry.name === 'connect' && entry.kind === 'call' && number !== undefined && !entry.threw)
      found.set(number, { local: addressOf(traits[1]), remote: addressOf(traits[2]), isAccepted: false })
    else if (entry.name === 'connection' && number !== undefined)
      found.set(number, { local: addressOf(traits[1]), remote: addressOf(traits[2]), isAccepted: true })
    else if (entry.name === 'connect' && entry.kind === 'event') {
      const known = found.get(entry.object)
      if (known !== undefined) Object.assign(known, { local: addressOf(traits[0]), remote: addressOf(traits[1]) })
    }
  }
  return found
}

/** Where the program itself is. */
function readOwn(run: RecordedRun, connections: ReadonlyMap<number, Known>): Set<string> {
  const own = new Set<string>()
  for (const { local } of connections.values()) if (local !== undefined) own.add(formatEndpoint(local))
  for (const entry of run.entries()) {
    const local = entry.kind === 'call' && !entry.threw ? addressIn(entry.outcome) : undefined
    if (local !== undefined && OWN.has(entry.name)) own.add(formatEndpoint(local))
  }
  return own
}

const OWN: ReadonlySet<string> = new Set(['bindDatagram', 'listen'])

/** What a call has sent. */
function sentBy(name: string, args: readonly Value[], outcome: Value): readonly Value[] {
  if (name === 'write') return [args[0]]
  if (name === 'writev') return Array.isArray(args[0]) ? args[0] : args
  return name === 'tryWrite' ? [outcome] : []
}

/** The length of a payload, of which a trace may hold no more. */
function lengthOf(value: Value): number {
  const isPayload = value instanceof Uint8Array || value instanceof Digest || value instanceof Withheld
  return isPayload ? value.length : 0
}

/** The number at the beginning of a list: that of the object that a call has made. */
function numberOf(value: Value): number | undefined {
  const first = Array.isArray(value) ? value[0] : undefined
  return typeof first === 'number' ? first : undefined
}

/** The address after it. */
const addressIn = (value: Value): Address | undefined => (Array.isArray(value) ? addressOf(value[1]) : undefined)

function addressOf(value: Value): Address | undefined {
  if (!isRecord(value) || typeof value.host !== 'string' || typeof value.port !== 'number') return undefined
  const { host, port } = value
  const ip = parseIp(host)
  if (ip === undefined) return undefined
  return ip.family === 'ipv4'
    ? { family: 'ipv4', host, port }
    : { family: 'ipv6', host: ip.host, port, flowInfo: 0, scopeId: 0 }
}
