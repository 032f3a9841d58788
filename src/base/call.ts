/** A function that a module exports or imports, once its signature has been checked: it takes and returns numbers. */
export type NumberCall = (...values: number[]) => number

/** Whether an exported value, or one to be imported, is a function. */
export function isCall(value: unknown): value is NumberCall {
  return typeof value === 'function'
}
