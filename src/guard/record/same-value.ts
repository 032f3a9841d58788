/** Whether a program does what it did before. */
import { Digest, type Value, Withheld } from '../../base/trace/value.js'

/**
 * Compares an argument with the recorded one.
 *
 * @param recorded - may have only the digest of bytes
 */
export function sameValue(recorded: Value, actual: Value): boolean {
  if (Object.is(recorded, actual)) return true
  if (actual instanceof Uint8Array) return sameBytes(recorded, actual)
  if (!isObject(recorded) || !isObject(actual)) return false
  if (Array.isArray(recorded) !== Array.isArray(actual)) return false
  const [one, other] = [Object.entries(recorded), Object.entries(actual)]
  return (
    one.length === other.length &&
    one.every(([name, value], at) => other[at]?.[0] === name && sameValue(value, other[at][1]))
  )
}

function sameBytes(recorded: Value, actual: Uint8Array): boolean {
  if (recorded instanceof Withheld) return recorded.length === actual.length
  if (recorded instanceof Digest) return recorded.length === actual.length && recorded.hash === Digest.of(actual).hash
  if (!(recorded instanceof Uint8Array) || recorded.length !== actual.length) return false
  return recorded.every((byte, at) => byte === actual[at])
}

const isObject = (value: Value): value is Exclude<Value, undefined | boolean | number | string> =>
  typeof value === 'object' && value !== null
