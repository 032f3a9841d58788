/** Access to Node's internal bindings, as long as `process.binding` provides them, and checks of their shape. */

/** A property of an unknown value; `undefined` if it does not exist. */
export const get = (from: unknown, name: string): unknown =>
  (typeof from === 'object' && from !== null) || typeof from === 'function' ? Reflect.get(from, name) : undefined

/** Whether an unknown value has all these properties with that type. */
export const all = (from: unknown, type: 'function' | 'number', names: readonly string[]): boolean =>
  names.every((name) => typeof get(from, name) === type)

/** A binding; `undefined` if Node has no `process.binding`. May throw if access is denied. */
export const binding = (name: string): unknown => {
  const find = get(process, 'binding')
  return typeof find === 'function' ? Reflect.apply(find, process, [name]) : undefined
}
