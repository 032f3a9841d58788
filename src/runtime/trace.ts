/**
 * An strace-like view of what happens, for `UVWASM_DEBUG=syscall,pump,handle`. Where a topic is off, nothing is wrapped and
 * nothing is asked, so it costs nothing.
 */
import type { Description } from '../abi/description.js'

const TOPICS = ['syscall', 'pump', 'handle'] as const

/** What can be traced. */
export type TraceTopic = (typeof TOPICS)[number]

/** Receives one line, without a line break. */
export type TraceSink = (line: string) => void

/**
 * The topics somebody wants to see.
 *
 * @example
 * ```ts
 * import { Loop, Trace, virtualHost } from 'libuv-wasm'
 *
 * const lines: string[] = []
 * const trace = new Trace('syscall', (line) => lines.push(line))
 * const loop = await Loop.open({ host: virtualHost(), trace })
 * loop.close()
 * console.log(lines.length > 0)
 * ```
 * ```text
 * true
 * ```
 */
export class Trace {
  /** The topics, as they were given. */
  readonly topics: string
  readonly #topics: ReadonlySet<string>
  readonly #sink: TraceSink

  /**
   * @param topics - comma-separated topics, or `*` for all; empty for none. What is no topic is told as the first line
   * @param sink - where lines go; the console's error stream by default
   * @throws {TypeError} when topics is no text
   */
  constructor(topics: string, sink: TraceSink = (line) => console.error(line)) {
    if (typeof topics !== 'string') throw new TypeError(`topics is a ${typeof topics}: give text, as 'syscall,pump'`)
    this.topics = topics
    const wanted = topics.split(',').map((topic) => topic.trim())
    this.#topics = new Set(wanted.filter((topic) => topic !== ''))
    this.#sink = sink
    const known: ReadonlySet<string> = new Set([...TOPICS, '*'])
    for (const topic of this.#topics) {
      if (!known.has(topic)) sink(`nothing to trace is called ${JSON.stringify(topic)}: take ${[...known].join(', ')}`)
    }
  }

  /** What the environment variable `UVWASM_DEBUG` asks for, where there is an environment. */
  static fromEnvironment(): Trace {
    return new Trace(globalThis.process?.env?.UVWASM_DEBUG ?? '')
  }

  /** A function that prints lines of a topic, or `undefined` when nobody wants them. */
  topic(topic: TraceTopic): TraceSink | undefined {
    // Every handle asks when it is made.
    if (this.#topics.size === 0) return undefined
    return this.#topics.has(topic) || this.#topics.has('*') ? this.#sink : undefined
  }

  /**
   * Wraps every function of an import module so that each call prints itself and its result.
   *
   * @param functions - the import module
   * @param abi - gives negative results their names; asked when a line is printed
   */
  imports<Functions extends object>(functions: Functions, abi: () => Description): Functions {
    const print = this.topic('syscall')
    if (print === undefined) return functions
    const names = new Map<number, string>()
    const show = (result: unknown): string => {
      if (typeof result !== 'number' || result >= 0) return String(result)
      if (names.size === 0) for (const [name, code] of Object.entries(abi().errno)) names.set(-code, name)
      return `-1 ${names.get(result) ?? result}`
    }
    const wrapped = Object.entries(functions).map(([name, call]) => [
      name,
      (...values: unknown[]): unknown => {
        const result: unknown = Reflect.apply(call, functions, values)
        const given = values.filter((value) => value !== undefined)
        const tell = (answer: unknown): void => print(`${name}(${given.join(', ')}) = ${show(answer)}`)
        // A call that waits is a line when it has its answer; when it never gets one, there is none.
        if (result instanceof Promise) result.then(tell, () => {})
        else tell(result)
        return result
      },
    ])
    return Object.fromEntries(wrapped)
  }
}
