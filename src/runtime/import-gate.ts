import type { Signature } from '../abi/signature.js'
import { isCall, type NumberCall } from '../base/call.js'
import type { WasmImports, WasmModule } from '../base/platform-types.js'
import { generatedModule } from './generated-modules.js'
import { functionOf, importObject, type Offers, type Wanted, wantedImports } from './imports.js'
import { stackRoom } from './stack-room.js'
import { Kind, Op, Section, Type, typesOf, Writer } from './wasm-writer.js'

/** How a gate treats the imports of a module. */
export interface GateOptions {
  /** Whether the function may call the module again before it returns; by default none may. */
  readonly reenters?: (wanted: Wanted) => boolean
  /**
   * Wraps each function. A function without a result may return true here: the module's frames are then abandoned, as
   * by a trap, and the gate stays open.
   */
  readonly before?: (call: NumberCall, parameters: number) => NumberCall
  /** An import that suspends the module and returns the answer that {@link LATER} announced. */
  readonly later?: WasmImports[string]
}

/**
 * The return value of a function whose actual answer comes from {@link GateOptions.later}. No call returns this value
 * otherwise.
 */
export const LATER = -(2 ** 31)

/**
 * Separates a foreign module from the functions that it imports: for each import there is one function in
 * WebAssembly. It has the only type with which the import may be declared, so the arguments that reach TypeScript are
 * always numbers. It checks for room on the stack before the call ({@link stackRoom}). And once the gate is shut it
 * traps, before the call and after it: unlike an exception, a trap cannot be caught in WebAssembly, so the module's
 * frames are left for good.
 *
 * While one of the functions runs, a call of another one traps too: a function that was left by an exception has not
 * returned, and its module must not continue to make calls.
 */
export class Gate {
  /** The import object for the module. */
  readonly imports: Record<string, WasmImports>
  /** Traps unless the gate is open; for functions without a type. */
  readonly check: () => void
  readonly #state: WebAssembly.Global

  /**
   * @throws {WebAssembly.LinkError} when the module imports something that is not offered; see {@link wantedImports}
   */
  constructor(foreign: WasmModule, offers: Offers, { reenters, before = same, later }: GateOptions = {}) {
    const wanted = wantedImports(foreign, offers)
    const call = (one: Wanted): NumberCall => functionOf(offers, one.module, one.name) ?? never
    const typed = wanted.flatMap((one) => {
      const type = typeOf(offers, one)
      return type === undefined
        ? []
        : [{ one, passage: { type, claims: !reenters?.(one), waits: later !== undefined } }]
    })
    const given: WasmImports = { room: stackRoom(), ...(later !== undefined && { later }) }
    for (const [index, { one, passage }] of typed.entries()) {
      given[index] = before(call(one), typesOf(passage.type).parameters.length)
    }
    const passages = typed.map(({ passage }) => passage)
    const { exports } = new WebAssembly.Instance(gateModule(passages), { '': given })
    const { state, check } = exports
    if (!(state instanceof WebAssembly.Global) || !isCall(check))
      throw new TypeError('Cannot guard the module: its gate is broken; report this as a bug')
    this.#state = state
    this.check = check
    const places = new Map(typed.map(({ one }, index) => [one, exports[index] ?? never]))
    this.imports = importObject(wanted, (one) => places.get(one) ?? call(one))
  }

  /** Whether a function that the module has called is running. A function that waits does not count. */
  get busy(): boolean {
    return this.#state.value === State.CALLED
  }

  /** Shuts the gate: from now on, every import traps. */
  shut(): void {
    this.#state.value = State.SHUT
  }
}

const State = { OPEN: 0, CALLED: 1, SHUT: 2 } as const

/** One import in the gate. */
interface Passage {
  readonly type: Signature
  /** Whether no other import may be called before this one has returned. */
  readonly claims: boolean
  /** Whether its answer may be {@link LATER}. */
  readonly waits: boolean
}

function typeOf(offers: Offers, { module: from, name: text }: Wanted): Signature | undefined {
  const types = offers.get(from)?.types ?? {}
  return Object.hasOwn(types, text) ? types[text] : undefined
}

function gateModule(passages: readonly Passage[]): WasmModule {
  const key = passages.map(({ type, claims, waits }) => `${type}${claims ? '!' : ''}${waits ? '~' : ''}`).join()
  return generatedModule(`gate ${key}`, () => gateCode(passages))
}

/** The functions that every gate has: the imports `room` and `later`. */
const ROOM = 0
const LATER_CALL = 1

/** The types that every gate has: of `room`, of `later`, and of `check`. Two for each import follow. */
const [ROOM_TYPE, LATER_TYPE, CHECK_TYPE, TYPES] = [0, 1, 2, 3] as const

function gateCode(passages: readonly Passage[]): Uint8Array<ArrayBuffer> {
  const writer = new Writer()
  const common = passages.some(({ waits }) => waits) ? 2 : 1
  const check = common + passages.length
  writer.section(Section.TYPE, TYPES + 2 * passages.length, () => {
    writer.type([Type.I32], [])
    writer.type([], [Type.I32])
    writer.type([], [])
    // The type with which the module calls it, and the type of the TypeScript function.
    for (const { type } of passages) {
      const { parameters, results } = typesOf(type)
      writer.type(parameters, results)
      writer.type(parameters, results.length > 0 ? results : [Type.I32])
    }
  })
  writer.section(Section.IMPORT, check, () => {
    writer.import('room', ROOM_TYPE)
    if (common > 1) writer.import('later', LATER_TYPE)
    for (const index of passages.keys()) writer.import(String(index), TYPES + 2 * index + 1)
  })
  writer.section(Section.FUNCTION, 1 + passages.length, () => {
    writer.put(CHECK_TYPE)
    for (const index of passages.keys()) writer.number(TYPES + 2 * index)
  })
  writer.section(Section.GLOBAL, 1, () => writer.put(Type.I32, 1, Op.I32_CONST, State.OPEN, Op.END))
  writer.section(Section.EXPORT, 2 + passages.length, () => {
    writer.export('state', Kind.GLOBAL, 0)
    writer.export('check', Kind.FUNCTION, check)
    for (const index of passages.keys()) writer.export(String(index), Kind.FUNCTION, check + 1 + index)
  })
  writer.section(Section.CODE, 1 + passages.length, () => {
    writer.code(undefined, () => writer.add(EXPECT[State.OPEN]))
    for (const [index, passage] of passages.entries()) writePassage(writer, passage, common + index)
  })
  return writer.bytes
}

/** Writes the code of one import, which calls the TypeScript function with the index `ours`. */
function writePassage(writer: Writer, { type, claims, waits }: Passage, ours: number): void {
  const { parameters, results } = typesOf(type)
  const [result = Type.I32] = results
  const answer = parameters.length
  const back = claims ? BACK : EXPECT[State.OPEN]
  writer.code(result, () => {
    writer.add(ENTER)
    if (claims) writer.add(CLAIM)
    for (const index of parameters.keys()) writer.put(Op.LOCAL_GET, index)
    writer.put(Op.CALL)
    writer.number(ours)
    writer.put(Op.LOCAL_SET, answer)
    if (waits && result === Type.I32) {
      writer.put(Op.LOCAL_GET, answer)
      writer.add(IF_LATER)
      writer.add(back)
      writer.put(Op.CALL, LATER_CALL, Op.LOCAL_SET, answer)
      writer.add(EXPECT[State.OPEN])
      writer.put(Op.ELSE)
      writer.add(back)
      writer.put(Op.END)
    } else writer.add(back)
    writer.put(Op.LOCAL_GET, answer)
    if (results.length === 0) writer.add(LEAVE)
  })
}

/** Code that traps in any other state. */
const EXPECT = [expect(State.OPEN), expect(State.CALLED)] as const

/** The code before a call, before a call that excludes others, and after a function without a result. */
const ENTER = [...EXPECT[State.OPEN], Op.I32_CONST, 0, Op.CALL, ROOM]
const CLAIM = [Op.I32_CONST, State.CALLED, Op.GLOBAL_SET, 0]
const LEAVE = [Op.IF, Type.NONE, Op.UNREACHABLE, Op.END]

/** The code after a call that excluded others. */
const BACK = [...EXPECT[State.CALLED], Op.I32_CONST, State.OPEN, Op.GLOBAL_SET, 0]

function expect(state: number): readonly number[] {
  return [Op.GLOBAL_GET, 0, Op.I32_CONST, state, Op.I32_NE, Op.IF, Type.NONE, Op.UNREACHABLE, Op.END]
}

/** Code that tests whether the answer is {@link LATER}, in the encoding of the format. */
const IF_LATER = [Op.I32_CONST, 0x80, 0x80, 0x80, 0x80, 0x78, Op.I32_EQ, Op.IF, Type.NONE]

const same = (call: NumberCall): NumberCall => call

const never = (): never => {
  throw new TypeError('Cannot guard the module: its gate is broken; report this as a bug')
}
