/**
 * The type of a function that crosses the boundary, as short text: a letter for each parameter, and after a colon one for the
 * result, if there is one. `i` is `i32`, `I` is `i64`, `d` is `f64`; so `iI:i` takes an `i32` and an `i64`, and gives an `i32`.
 */
export type Signature = string

/** The types of the functions of an import module, by name. */
export type Signatures = Readonly<Record<string, Signature>>
