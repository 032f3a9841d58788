/**
 * A copy in a plain array, with memory that nothing else has. Not by `slice()`: of a `Buffer` of Node's, which callers may give, that
 * is a view.
 */
export const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)
