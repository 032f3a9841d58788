import { FileError } from '../errno.js'

/** A 64-bit number of a guest that must be neither negative nor above the safe integers. @throws {FileError} INVAL */
export function numberOf(value: number | bigint): number {
  const number = Number(value)
  if (number < 0 || !Number.isSafeInteger(number)) throw new FileError('INVAL')
  return number
}
