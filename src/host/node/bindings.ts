/** Node's internal bindings, as long as `process.binding` hands them out, and a look at what they are. */

/** The property of something unknown; `undefined` where there is none. */
export const get = (from: unknown, name: string): unknown =>
  (typeof from === 'object' && from !== null) || typeof from === 'function' ? Reflect.get(from, name) : undefined

/** Whether something unknown has all these properties, of that type. */
export const all = (from: unknown, type: 'function' | 'number', names: readonly string[]): boolean =>
  names.every((name) => typeof get(from, name) === type)

/** A binding; `undefined` where Node has no `process.binding`. May throw, where it is denied. */
export const binding = (name: string): unknown => {
  const find = get(process, 'binding')
  return typeof find === 'function' ? Reflect.apply(find, process, [name]) : undefined
}
