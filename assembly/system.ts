/** `console`, `process` and what else programs find as globals, over WASI. */

import { vectorOf } from './base/memory'
import {
  args_get,
  args_sizes_get,
  clock_time_get,
  environ_get,
  environ_sizes_get,
  fd_write,
  proc_exit,
  random_get,
} from './imports/wasi_snapshot_preview1'

const number = memory.data(16, 8)

/** Writes a text to standard output (1) or standard error (2). */
function write(fd: i32, text: string): void {
  const bytes = String.UTF8.encode(text)
  let at = changetype<usize>(bytes)
  let left = bytes.byteLength
  while (left > 0) {
    // A stream that was closed loses the text, as in other programs that do not check.
    if (fd_write(fd, vectorOf(at, left), 1, number) != 0) return
    const count = load<i32>(number)
    at += count
    left -= count
  }
}

/** Writes a text to standard output, without a line end. */
export function print(text: string): void {
  write(1, text)
}

const starts = new Map<string, f64>()

/** Lines on standard output, and on standard error for `warn()` and `error()`. */
export namespace console {
  export function log(message: string = ''): void {
    write(1, `${message}\n`)
  }
  export function info(message: string = ''): void {
    write(1, `${message}\n`)
  }
  export function debug(message: string = ''): void {
    write(1, `${message}\n`)
  }
  export function warn(message: string = ''): void {
    write(2, `${message}\n`)
  }
  export function error(message: string = ''): void {
    write(2, `${message}\n`)
  }
  export function assert<T>(condition: T, message: string = ''): void {
    if (!condition) write(2, `Assertion failed: ${message}\n`)
  }
  export function time(label: string = 'default'): void {
    starts.set(label, performance.now())
  }
  export function timeLog(label: string = 'default'): void {
    if (starts.has(label)) write(1, `${label}: ${(performance.now() - starts.get(label)).toString()} ms\n`)
  }
  export function timeEnd(label: string = 'default'): void {
    timeLog(label)
    starts.delete(label)
  }
}

/** Texts that the host stores one after the other, each with a NUL: arguments, or variables. */
function texts(get: (places: usize, bytes: usize) => i32, sizes: (count: usize, size: usize) => i32): string[] {
  const found: string[] = []
  if (sizes(number, number + 4) != 0) return found
  const count = load<i32>(number)
  const places = heap.alloc(<usize>count * 4 + load<u32>(number, 4))
  if (get(places, places + <usize>count * 4) == 0) {
    for (let index = 0; index < count; index++) {
      const text = load<usize>(places + <usize>index * 4)
      let end = text
      while (load<u8>(end) != 0) end++
      found.push(String.UTF8.decodeUnsafe(text, end - text))
    }
  }
  heap.free(places)
  return found
}

function readArguments(): string[] {
  return texts(
    (places: usize, bytes: usize): i32 => args_get(places, bytes),
    (count: usize, size: usize): i32 => args_sizes_get(count, size),
  )
}

function readVariables(): Map<string, string> {
  const variables = new Map<string, string>()
  const pairs = texts(
    (places: usize, bytes: usize): i32 => environ_get(places, bytes),
    (count: usize, size: usize): i32 => environ_sizes_get(count, size),
  )
  for (let index = 0; index < pairs.length; index++) {
    const middle = pairs[index].indexOf('=')
    variables.set(pairs[index].slice(0, middle), pairs[index].slice(middle + 1))
  }
  return variables
}

/** A clock of the host, in nanoseconds: 0 tells the date, 1 is monotonic. */
function readClock(clock: i32): i64 {
  return clock_time_get(clock, 1, number) == 0 ? load<i64>(number) : 0
}

/** Texts that were read once. */
let knownArguments: string[] | null = null
let knownVariables: Map<string, string> | null = null

/** The program and its surroundings. */
export abstract class process {
  /** The exit code, 0 to 255, of a program that ends because nothing is left to do. */
  static exitCode: i32 = 0

  /** The arguments; the first is the program's name. */
  static get argv(): string[] {
    if (knownArguments == null) knownArguments = readArguments()
    return knownArguments!
  }

  /** The variables that the host has given. */
  static get env(): Map<string, string> {
    if (knownVariables == null) knownVariables = readVariables()
    return knownVariables!
  }

  /** Ends the program at once. */
  static exit(code: i32 = process.exitCode): void {
    proc_exit(code)
  }

  /** Milliseconds since 1970. */
  static time(): i64 {
    return readClock(0) / 1_000_000
  }

  /** Monotonic time in nanoseconds. */
  static hrtime(): u64 {
    return readClock(1)
  }
}

/** A monotonic clock. */
export namespace performance {
  /** Milliseconds. */
  export function now(): f64 {
    return <f64>readClock(1) / 1e6
  }
}

/** Random numbers of the host. */
export namespace crypto {
  export function getRandomValues(array: Uint8Array): void {
    if (random_get(array.dataStart, array.byteLength) != 0) throw new Error('the host has no random numbers')
  }
}

/** The seed of `Math.random()`. */
export function seed(): f64 {
  random_get(number, 8)
  return reinterpret<f64>(load<i64>(number))
}

/** `trace()` of AssemblyScript: a line on standard error. */
export function trace(
  message: string,
  count: i32 = 0,
  a: f64 = 0,
  b: f64 = 0,
  c: f64 = 0,
  d: f64 = 0,
  e: f64 = 0,
): void {
  let line = `trace: ${message}`
  if (count > 0) line += ` ${a.toString()}`
  if (count > 1) line += `, ${b.toString()}`
  if (count > 2) line += `, ${c.toString()}`
  if (count > 3) line += `, ${d.toString()}`
  if (count > 4) line += `, ${e.toString()}`
  write(2, `${line}\n`)
}
