/**
 * What stands between a foreign module and our functions: one function in WebAssembly for each import. It has the only type by
 * which the import may be asked for, so that what reaches us is always numbers. It looks for room on the stack before it calls
 * us ({@link stackRoom}). And once the gate is shut it traps, before the call and behind it: no code of WebAssembly can catch a
 * trap, as it could an exception, so the module's frames are left for good.
 *
 * While one of our functions runs, the next that is called traps, too: one that was left by an exception has not come back, and
 * its module must not call on.
 */
import { isCall, type NumberCall } from '../abi/call.js'
import type { WasmImports, WasmModule } from '../abi/platform-types.js'
import type { Signature } from '../abi/signature.js'
import { functionOf, importObject, type Offers, type Wanted, wantedImports } from './imports.js'
import { stackRoom } from './stack-room.js'
import {
  type Bytes,
  body,
  functionType,
  imported,
  Kind,
  module,
  name,
  Op,
  Section,
  Type,
  typesOf,
  unsigned,
} from './wasm-writer.js'

/** How a gate treats the imports of a module. */
export interface GateOptions {
  /** Whether our function may call the module again before it returns; none may by default. */
  readonly reenters?: (wanted: Wanted) => boolean
  /**
   * What stands before each of our functions. One that has no result may answer true here: the module's frames are left then, as
   * by a trap, and the gate stays open.
   */
  readonly before?: (call: NumberCall, parameters: number) => NumberCall
  /** An import that suspends the module and comes back with the answer that {@link LATER} has promised. */
  readonly later?: WasmImports[string]
}

/** The answer of a function whose real one is given by {@link GateOptions.later}. No call of ours answers this. */
export const LATER = -(2 ** 31)

/** The gate of one module. */
export class Gate {
  /** What the module is instantiated with. */
  readonly imports: Record<string, WasmImports>
  /** Traps unless the gate is open, for functions without a type. */
  readonly check: () => void
  readonly #state: WebAssembly.Global

  /** @throws {WebAssembly.LinkError} when the module asks for what is not offered; see {@link wantedImports} */
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
    if (!(state instanceof WebAssembly.Global) || !isCall(check)) throw new TypeError('the module is broken')
    this.#state = state
    this.check = check
    const places = new Map(typed.map(({ one }, index) => [one, exports[index] ?? never]))
    this.imports = importObject(wanted, (one) => places.get(one) ?? call(one))
  }

  /** Whether one of our functions runs, called by the module. One that waits does not. */
  get busy(): boolean {
    return this.#state.value === State.CALLED
  }

  /** From now on, every import traps. */
  shut(): void {
    this.#state.value = State.SHUT
  }
}

const State = { OPEN: 0, CALLED: 1, SHUT: 2 } as const

/** An import as the gate has it. */
interface Passage {
  readonly type: Signature
  /** Whether no other may be called before this one has returned. */
  readonly claims: boolean
  /** Whether its answer may be {@link LATER}. */
  readonly waits: boolean
}

function typeOf(offers: Offers, { module: from, name: text }: Wanted): Signature | undefined {
  const types = offers.get(from)?.types ?? {}
  return Object.hasOwn(types, text) ? types[text] : undefined
}

/** The compiled gates, by what passes through: the guests of a process are often of a few kinds. */
const modules = new Map<string, WasmModule>()

/** How many are kept. */
const KEPT = 32

function gateModule(passages: readonly Passage[]): WasmModule {
  const key = passages.map(({ type, claims, waits }) => `${type}${claims ? '!' : ''}${waits ? '~' : ''}`).join()
  const known = modules.get(key)
  if (known !== undefined) return known
  const made = new WebAssembly.Module(gateCode(passages))
  if (modules.size >= KEPT) modules.clear()
  modules.set(key, made)
  return made
}

/** The functions that are there in every gate: the imports `room` and `later`. */
const ROOM = 0
const LATER_CALL = 1
const TYPES = [functionType([Type.I32], []), functionType([], [Type.I32]), functionType([], [])]
const [ROOM_TYPE, LATER_TYPE, CHECK_TYPE] = [0, 1, 2]

function gateCode(passages: readonly Passage[]): Uint8Array<ArrayBuffer> {
  const waits = passages.some((passage) => passage.waits)
  const common = waits ? [imported('room', ROOM_TYPE), imported('later', LATER_TYPE)] : [imported('room', ROOM_TYPE)]
  const first = common.length
  const check = first + passages.length
  // Two types each: as the module calls it, and as we are called.
  const types = passages.flatMap(({ type }) => {
    const { parameters, results } = typesOf(type)
    return [functionType(parameters, results), functionType(parameters, results.length > 0 ? results : [Type.I32])]
  })
  const outer = (index: number): number => TYPES.length + 2 * index
  return module([
    [Section.TYPE, [...TYPES, ...types]],
    [Section.IMPORT, [...common, ...passages.map((_, index) => imported(String(index), outer(index) + 1))]],
    [Section.FUNCTION, [[CHECK_TYPE], ...passages.map((_, index) => unsigned(outer(index)))]],
    [Section.GLOBAL, [[Type.I32, 1, Op.I32_CONST, State.OPEN, Op.END]]],
    [
      Section.EXPORT,
      [
        [...name('state'), Kind.GLOBAL, 0],
        [...name('check'), Kind.FUNCTION, ...unsigned(check)],
        ...passages.map((_, index) => [...name(String(index)), Kind.FUNCTION, ...unsigned(check + 1 + index)]),
      ],
    ],
    [
      Section.CODE,
      [body(0, Type.I32, expect(State.OPEN)), ...passages.map((one, index) => passageCode(one, first + index))],
    ],
  ])
}

/** The code of one import, and of our function that it calls. */
function passageCode({ type, claims, waits }: Passage, ours: number): Bytes {
  const { parameters, results } = typesOf(type)
  const [result = Type.I32] = results
  const answer = parameters.length
  const inside = claims ? State.CALLED : State.OPEN
  const back = [...expect(inside), ...(claims ? become(State.OPEN) : [])]
  const wait = [...back, Op.CALL, LATER_CALL, Op.LOCAL_SET, answer, ...expect(State.OPEN)]
  const maybeWait =
    waits && result === Type.I32
      ? [
          Op.LOCAL_GET,
          answer,
          Op.I32_CONST,
          ...SMALLEST,
          Op.I32_EQ,
          Op.IF,
          Type.NONE,
          ...wait,
          Op.ELSE,
          ...back,
          Op.END,
        ]
      : back
  return body(1, result, [
    ...expect(State.OPEN),
    ...[Op.I32_CONST, 0, Op.CALL, ROOM],
    ...(claims ? become(State.CALLED) : []),
    ...parameters.flatMap((_, index) => [Op.LOCAL_GET, index]),
    ...[Op.CALL, ...unsigned(ours), Op.LOCAL_SET, answer],
    ...maybeWait,
    ...(results.length > 0 ? [Op.LOCAL_GET, answer] : [Op.LOCAL_GET, answer, Op.IF, Type.NONE, Op.UNREACHABLE, Op.END]),
  ])
}

/** Traps in any other state. */
function expect(state: number): Bytes {
  return [Op.GLOBAL_GET, 0, Op.I32_CONST, state, Op.I32_NE, Op.IF, Type.NONE, Op.UNREACHABLE, Op.END]
}

function become(state: number): Bytes {
  return [Op.I32_CONST, state, Op.GLOBAL_SET, 0]
}

/** {@link LATER}, as the format writes it. */
const SMALLEST = [0x80, 0x80, 0x80, 0x80, 0x78]

const same = (call: NumberCall): NumberCall => call

const never = (): never => {
  throw new TypeError('the module is broken')
}
