/** Checks whether the results of a guest's calls are possible. */
import type { Description } from '../../../src/abi/description.js'
import { CAUGHT, GUARD, LOG, MAGIC, PATTERN, patternBytes, SCRIPT, ZEROS } from '../guest/layout.js'
import { type CallName, isSystemCall } from '../guest/signatures.js'
import type { Script, ScriptedCall } from '../script/script.js'
import type { Seen } from '../trial/run-guest.js'

/** The last errno of preview 1, and the one of an internal failure, which must not happen. */
const LAST_ERRNO = 76
const EIO = 29

/** How often a function had each outcome. */
export interface Tally {
  successes: number
  failures: number
  /** How often with each error, by number. */
  readonly errors: Record<number, number>
}

/** By name. */
export type Tallies = Partial<Record<CallName, Tally>>

/**
 * Checks a guest that has executed its script.
 *
 * @returns the faults
 */
export function judge(
  script: Script,
  encoded: Uint8Array,
  seen: Seen,
  numbers: Description,
  tallies: Tallies,
): string[] {
  const problems: string[] = []
  const { errors } = seen
  const magic = new TextEncoder().encode(MAGIC.text)
  if (!starts(errors, magic)) {
    const said = readable(errors)
    return [`it did not come to the end of its script, or its error stream was told something: ${said}`]
  }
  const low = SCRIPT.at - MAGIC.at + encoded.length
  const log = new DataView(errors.buffer, errors.byteOffset + low, 8 * script.calls.length)
  const zeros = errors.subarray(low + 8 * script.calls.length).subarray(0, ZEROS.length)
  const guarded = errors.subarray(PATTERN.at - MAGIC.at, GUARD.at + GUARD.length - MAGIC.at)
  if (!equal(guarded, patternBytes())) problems.push('memory was changed that no call was given: the guarded pattern')
  if (!equal(errors.subarray(SCRIPT.at - MAGIC.at, low), encoded))
    problems.push('memory was changed that no call was given: the script')
  if (zeros.length !== ZEROS.length || zeros.some((byte) => byte !== 0)) {
    problems.push(`memory was changed that no call was given: below the arena, above ${LOG.at}`)
  }
  const printed: Uint8Array[] = []
  for (const [index, call] of script.calls.entries()) {
    const [answer, watched] = [log.getInt32(8 * index, true), log.getInt32(8 * index + 4, true)]
    const wrong = judgeCall(call, answer, numbers)
    if (wrong !== undefined) problems.push(`call ${index + 1}, ${call.text}, answered ${answer}: ${wrong}`)
    count(tallies, call.name, answer)
    if (call.expected.prints !== undefined && answer === 0) printed.push(printedBy(call.expected.prints, watched))
  }
  if (!equal(seen.output, Buffer.concat(printed))) {
    problems.push(
      `it printed ${seen.output.length} bytes, and its calls wrote ${Buffer.concat(printed).length}, or others`,
    )
  }
  return problems
}

function judgeCall({ name, expected }: ScriptedCall, answer: number, { errno }: Description): string | undefined {
  if (answer === CAUGHT) return 'it threw an exception that the guest could catch'
  const system = isSystemCall(name)
  const failed = system ? answer < 0 : answer !== 0
  if (expected.refused && !failed) return 'it was given an address outside of the memory, and did something'
  if (name === 'run' || name === 'leave') return undefined
  if (system && failed && !Object.values(errno).includes(-answer)) return 'that is no error of the C library'
  if (system && answer === -errno.EIO) return 'EIO, where no device fails'
  if (!system && (answer < 0 || answer > LAST_ERRNO)) return 'that is no error of preview 1'
  if (!system && answer === EIO) return 'EIO, where no device fails'
  if (system && expected.most !== undefined && answer > expected.most) return `at most ${expected.most} is possible`
  return undefined
}

function count(tallies: Tallies, name: CallName, answer: number): void {
  const tally = tallies[name] ?? { successes: 0, failures: 0, errors: {} }
  tallies[name] = tally
  const failed = isSystemCall(name) ? answer < 0 : answer !== 0
  if (!failed) tally.successes++
  else {
    tally.failures++
    tally.errors[Math.abs(answer)] = (tally.errors[Math.abs(answer)] ?? 0) + 1
  }
}

function printedBy(parts: readonly (readonly [number, number])[], length: number): Uint8Array {
  const pattern = patternBytes()
  const pieces = parts.map(([at, size]) => pattern.subarray(at - PATTERN.at, at - PATTERN.at + size))
  return Buffer.concat(pieces).subarray(0, length)
}

/** The beginning of the output before the guest's memory, without control characters. */
export function readable(bytes: Uint8Array): string {
  const [text = ''] = new TextDecoder().decode(bytes.subarray(0, 600)).split(MAGIC.text)
  return JSON.stringify(text.split('\0')[0])
}

function starts(bytes: Uint8Array, with_: Uint8Array): boolean {
  return equal(bytes.subarray(0, with_.length), with_)
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
