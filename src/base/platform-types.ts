/**
 * Platform types that appear in the public API. TypeScript knows WebAssembly and `URL` only in programs that include
 * the types of the DOM, of Node or of another runtime. Without them, these types are less specific, but still
 * compile.
 */
type Platform = typeof globalThis
type Wasm = Platform extends { WebAssembly: infer Namespace } ? Namespace : unknown

/** A compiled module: `WebAssembly.Module`. */
export type WasmModule = Wasm extends { Module: { prototype: infer Type } } ? Type : object
/** An instance of a module: `WebAssembly.Instance`. */
export type WasmInstance = Wasm extends { Instance: { prototype: infer Type } } ? Type : object
/** A module's memory: `WebAssembly.Memory`. */
export type WasmMemory = Wasm extends { Memory: { prototype: infer Type } } ? Type : { readonly buffer: ArrayBuffer }
/** The exports of an instance, by name: `WebAssembly.Exports`. */
export type WasmExports = WasmInstance extends { readonly exports: infer Type } ? Type : Record<string, unknown>
/** The imports from one module, by name: `WebAssembly.ModuleImports`. */
export type WasmImports = Wasm extends { Instance: new (module: never, imports?: infer Type) => unknown }
  ? Extract<Type, object> extends Record<string, infer Imports>
    ? Imports
    : never
  : Record<string, unknown>
/** A URL: `URL`. */
export type PlatformURL = Platform extends { URL: { prototype: infer Type } } ? Type : { readonly href: string }
/** A cancellation signal: `AbortSignal`. */
export type PlatformSignal = Platform extends { AbortSignal: { prototype: infer Type } }
  ? Type
  : { readonly aborted: boolean; readonly reason: unknown }
/** A stream to read from: `ReadableStream`. */
export type PlatformReadable = Platform extends { ReadableStream: { prototype: infer Type } } ? Type : object
/** A stream to write to: `WritableStream`. */
export type PlatformWritable = Platform extends { WritableStream: { prototype: infer Type } } ? Type : object
