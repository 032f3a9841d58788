/** A function of a module, or one given to it, once its signature has been taken on trust: numbers in, a number out. */
export type NumberCall = (...values: number[]) => number

/** Whether a value that was exported or is to be imported is a function. */
export function isCall(value: unknown): value is NumberCall {
  return typeof value === 'function'
}
