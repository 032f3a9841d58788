/**
 * An strace-like view of the system calls, turns and handles, for `UVWASM_DEBUG=syscall,pump,handle`. A topic that is
 * off costs nothing: no function is wrapped, and no state is read.
 */
import type { Description } from '../abi/description.js'

const TOPICS = ['syscall', 'pump', 'handle'] as const

/** The topics that can be traced. */
export type TraceTopic = (typeof TOPICS)[number]

/** Receives one line, without a line break. */
export type TraceSink = (line: string) => void

/**
 * A set of topics to trace, and where their lines are written.
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
   * @param topics - comma-separated topics, or `*` for all; empty for none. An unknown topic is reported as the first
   *   line
   * @param sink - receives the lines; the console's error stream by default
   * @throws {TypeError} when topics is not a string
   */
  constructor(topics: string, sink: TraceSink = (line) => console.error(line)) {
    if (typeof topics !== 'string')
      throw new TypeError(`Cannot trace: topics is a ${typeof topics}, not a string; give one like 'syscall,pump'`)
    this.topics = topics
    const wanted = topics.split(',').map((topic) => topic.trim())
    this.#topics = new Set(wanted.filter((topic) => topic !== ''))
    this.#sink = sink
    const known: ReadonlySet<string> = new Set([...TOPICS, '*'])
    for (const topic of this.#topics) {
      if (!known.has(topic))
        sink(`Cannot trace ${JSON.stringify(topic)}: it is not a topic; use ${[...known].join(', ')}`)
    }
  }

  /** Traces the topics in the environment variable `UVWASM_DEBUG`; none if there are no environment variables. */
  static fromEnvironment(): Trace {
    return new Trace(globalThis.process?.env?.UVWASM_DEBUG ?? '')
  }

  /** The function that prints lines of a topic, or `undefined` when the topic is off. */
  topic(topic: TraceTopic): TraceSink | undefined {
    // A shortcut, since every handle calls this when it is made.
    if (this.#topics.size === 0) return undefined
    return this.#topics.has(topic) || this.#topics.has('*') ? this.#sink : undefined
  }

  /** Prints a line that belongs to no topic, if any topic is on. */
  say(line: string): void {
    if (this.#topics.size > 0) this.#sink(line)
  }

  /**
   * Wraps every function of an import module so that each call prints itself and its result.
   *
   * @param functions - the import module
   * @param abi - has the names of negative results; called when a line is printed
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
        // A call that waits prints its line when the answer comes; if none ever comes, it prints no line.
        if (result instanceof Promise) result.then(tell, () => {})
        else tell(result)
        return result
      },
    ])
    return Object.fromEntries(wrapped)
  }
}
