/** The keys of what a loop shows to the other files of src/uv. */

/** The key of the instance that a loop runs on. Not part of the public API. */
export const INSTANCE: unique symbol = Symbol('instance')
/** The key of the method that collects the handles found by walking a loop. Not part of the public API. */
export const FOUND: unique symbol = Symbol('found')
/** The key of the method that receives what a callback threw. Not part of the public API. */
export const THROWN: unique symbol = Symbol('thrown')
