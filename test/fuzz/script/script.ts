/** The steps of a guest, and the expected result of each call. */
import { Argument, CALL, LOG, register, SCRIPT, Step } from '../guest/layout.js'
import { type CallName, indexOf } from '../guest/signatures.js'

/**
 * A number in a step: a constant, the value of a register at that time, or a distance in bytes from the end of the
 * memory.
 */
export type Value = number | bigint | { readonly register: number } | { readonly end: number }

/** The known limits of a call's result. */
export interface Expectation {
  /** The maximum of its result. */
  readonly most?: number
  /** Whether it must be refused, since a pointer leads out of the memory. */
  readonly refused?: boolean
  /** The buffers that it prints, each as an address and a length in the pattern. */
  readonly prints?: readonly (readonly [at: number, length: number])[]
}

/** A call of a script. */
export interface ScriptedCall {
  readonly name: CallName
  /** A readable text. */
  readonly text: string
  readonly expected: Expectation
  readonly deep: boolean
  /** Whether a register takes its result. */
  readonly isKept: boolean
}

/** How a call is made. */
export interface CallOptions extends Expectation {
  /** The register that takes its result. */
  readonly result?: number
  /** The address of a number that the call stores; a negative one counts from the end of the memory. */
  readonly watch?: number
  /** Whether it is made with an almost full stack. */
  readonly deep?: boolean
}

/** Builds a script. */
export class Script {
  /** The calls so far, in the order of the log. */
  readonly calls: ScriptedCall[] = []
  readonly #bytes = new DataView(new ArrayBuffer(SCRIPT.max))
  readonly #most: number
  #length: number = SCRIPT.header

  /** @param most - the maximum of calls */
  constructor(most: number) {
    this.#most = most
  }

  /** Whether no call may follow. */
  get full(): boolean {
    return this.calls.length >= this.#most || this.#length > SCRIPT.max - 16_384 || 8 * this.calls.length >= LOG.max - 8
  }

  /** Where the next step will be. */
  get here(): number {
    return SCRIPT.at + this.#length
  }

  /** Puts bytes into the memory. */
  poke(at: Exclude<Value, bigint | { readonly register: number }>, bytes: Uint8Array): void {
    const [fromEnd, address] = typeof at === 'number' ? [0, at] : [1, at.end]
    const start = this.#step(Step.POKE, 20 + bytes.length, fromEnd, address, bytes.length)
    new Uint8Array(this.#bytes.buffer).set(bytes, start + 20)
  }

  /** Sets a register. */
  set(index: number, value: number): void {
    this.poke(register(index), new Uint8Array(new Int32Array([value]).buffer))
  }

  /** Copies a number of 4 bytes. */
  copy(to: number, from: number): void {
    this.#step(Step.COPY, 16, to, from)
  }

  /** Grows the memory. */
  grow(pages: number): void {
    this.#step(Step.GROW, 12, pages)
  }

  /** Waits, so that other programs run. @param ms - at least 1 */
  wait(ms: number): void {
    this.#step(Step.WAIT, 12, ms)
  }

  /** Goes back to a step as long as a register is negative. */
  until(index: number, target: number): void {
    this.set(255, 0x7fff_ffff)
    this.#step(Step.BRANCH, 20, register(index), target, register(255))
  }

  /** Loops without end. */
  repeat(target: number): void {
    this.set(254, -1)
    this.until(254, target)
  }

  /** Throws an exception of the module, or traps. */
  fail(how: 'throw' | 'trap', deep: boolean): void {
    this.#step(how === 'throw' ? Step.THROW : Step.TRAP, 24, 0, 0, 0, deep ? 1 : 0)
  }

  /** Makes a call, unless the maximum is reached. */
  call(name: CallName, values: readonly Value[], options: CallOptions = {}): void {
    if (this.calls.length >= this.#most) return
    const { result, watch = 0, deep = false, ...expected } = options
    const log = LOG.at + 8 * this.calls.length
    const size = CALL.arguments + CALL.argument * values.length
    const start = this.#step(
      Step.CALL,
      size,
      indexOf(name),
      result === undefined ? 0 : register(result),
      watch,
      deep ? 1 : 0,
      log,
    )
    for (const [index, value] of values.entries()) {
      const at = start + CALL.arguments + CALL.argument * index
      if (typeof value === 'object') {
        const isRegister = 'register' in value
        this.#bytes.setInt32(at, isRegister ? Argument.REGISTER : Argument.END, true)
        this.#bytes.setInt32(at + 4, isRegister ? register(value.register) : value.end, true)
      } else {
        this.#bytes.setInt32(at, Argument.NUMBER, true)
        this.#bytes.setBigInt64(at + 4, BigInt(value), true)
      }
    }
    const text = `${name}(${values.map(show).join(', ')})`
    this.calls.push({ name, text, expected, deep, isKept: result !== undefined })
  }

  /**
   * The encoded script, as the guest reads it.
   *
   * @param byRun - whether the import `run` runs the guest's loop
   * @param depth - the number of frames before deep calls
   */
  encode(byRun: boolean, depth: number): Uint8Array<ArrayBuffer> {
    this.#step(Step.END, 8)
    this.#bytes.setInt32(0, this.#length, true)
    this.#bytes.setInt32(4, byRun ? 1 : 0, true)
    this.#bytes.setInt32(8, depth, true)
    this.#bytes.setInt32(12, 8 * this.calls.length, true)
    return new Uint8Array(this.#bytes.buffer).slice(0, this.#length)
  }

  #step(kind: number, size: number, ...fields: readonly number[]): number {
    const start = this.#length
    for (const [index, value] of [kind, size, ...fields].entries()) this.#bytes.setInt32(start + 4 * index, value, true)
    // Steps stay aligned to 4 bytes, so that they are read fast.
    const whole = (size + 3) & ~3
    this.#bytes.setInt32(start + 4, whole, true)
    this.#length += whole
    return start
  }
}

function show(value: Value): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return Math.abs(value) > 65_536 ? `0x${(value >>> 0).toString(16)}` : String(value)
  if ('register' in value) return `r${value.register}`
  return value.end < 0 ? `end - ${-value.end}` : `end + ${value.end}`
}
