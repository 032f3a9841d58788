/** `Date` of AssemblyScript, with the time of day that the host tells: its own asks a page for it. */
// biome-ignore lint/correctness/noUndeclaredDependencies: a file of the AssemblyScript library
import { Date as Calendar } from 'date'
import { process } from './system'

/** A date, which programs know as `Date`; see `Date` of AssemblyScript. */
export class SystemDate extends Calendar {
  /** The milliseconds since 1970 of a date in UTC. */
  static UTC(
    year: i32,
    month: i32 = 0,
    day: i32 = 1,
    hour: i32 = 0,
    minute: i32 = 0,
    second: i32 = 0,
    millisecond: i32 = 0,
  ): i64 {
    return Calendar.UTC(year, month, day, hour, minute, second, millisecond)
  }

  /** Milliseconds since 1970. */
  static now(): i64 {
    return process.time()
  }

  /** Reads a date such as `2026-01-31T12:00:00.000Z`. */
  static parse(text: string): SystemDate {
    return SystemDate.fromString(text)
  }

  /** Reads a date such as `2026-01-31T12:00:00.000Z`. */
  static fromString(text: string): SystemDate {
    return new SystemDate(Calendar.fromString(text).getTime())
  }

  constructor(time: i64) {
    super(time)
  }
}
