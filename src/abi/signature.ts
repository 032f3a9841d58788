/**
 * The type of a function that crosses the WebAssembly boundary, as a short text: one letter per parameter, then, if
 * the function has a result, a colon and the letter of the result. `i` is `i32`, `I` is `i64`, `d` is `f64`; for
 * example, `iI:i` takes an `i32` and an `i64`, and returns an `i32`.
 */
export type Signature = string

/** The signatures of an import module's functions, by name. */
export type Signatures = Readonly<Record<string, Signature>>
