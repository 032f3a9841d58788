/**
 * The WebAssembly JavaScript interface, as far as this project uses it. TypeScript ships these types only inside its DOM
 * library, which would let every file here name `document`, `status` or `event` without an error.
 *
 * @see https://webassembly.github.io/spec/js-api/
 */
declare namespace WebAssembly {
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table' | 'tag'
  type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'externref' | 'anyfunc'
  // `never` takes every function in, and lets none be called before its signature has been said.
  type ImportValue = ((...args: never) => unknown) | Suspending | Global | Memory | Table | number | bigint
  type ExportValue = ((...args: never) => unknown) | Global | Memory | Table
  type ModuleImports = Record<string, ImportValue>
  type Imports = Record<string, ModuleImports>
  type Exports = Record<string, ExportValue>
  type BufferSource = ArrayBufferView<ArrayBuffer> | ArrayBuffer

  interface ModuleImportDescriptor {
    readonly module: string
    readonly name: string
    readonly kind: ImportExportKind
  }

  interface ModuleExportDescriptor {
    readonly name: string
    readonly kind: ImportExportKind
  }

  interface MemoryDescriptor {
    readonly initial: number
    readonly maximum?: number
    readonly shared?: boolean
  }

  interface TableDescriptor {
    readonly element: 'anyfunc' | 'externref'
    readonly initial: number
    readonly maximum?: number
  }

  interface GlobalDescriptor {
    readonly value: ValueType
    readonly mutable?: boolean
  }

  interface WebAssemblyInstantiatedSource {
    readonly module: Module
    readonly instance: Instance
  }

  class Module {
    constructor(bytes: BufferSource)
    static imports(module: Module): ModuleImportDescriptor[]
    static exports(module: Module): ModuleExportDescriptor[]
    static customSections(module: Module, name: string): ArrayBuffer[]
  }

  class Instance {
    constructor(module: Module, imports?: Imports)
    readonly exports: Exports
  }

  class Memory {
    constructor(descriptor: MemoryDescriptor)
    readonly buffer: ArrayBuffer
    grow(delta: number): number
  }

  class Table {
    constructor(descriptor: TableDescriptor, value?: unknown)
    readonly length: number
    get(index: number): unknown
    set(index: number, value?: unknown): void
    grow(delta: number, value?: unknown): number
  }

  class Global {
    constructor(descriptor: GlobalDescriptor, value?: unknown)
    value: number | bigint | null
    valueOf(): number | bigint | null
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  /** JavaScript Promise Integration: an import that suspends its caller. Not in every engine. */
  interface Suspending {
    readonly [Symbol.toStringTag]?: string
  }
  const Suspending: (new (call: (...args: never) => unknown) => Suspending) | undefined
  /** JavaScript Promise Integration: an export whose stack may be suspended. Not in every engine. */
  const promising: ((call: ExportValue) => (...args: number[]) => Promise<number>) | undefined

  function validate(bytes: BufferSource): boolean
  function compile(bytes: BufferSource): Promise<Module>
  function instantiate(module: Module, imports?: Imports): Promise<Instance>
  function instantiate(bytes: BufferSource, imports?: Imports): Promise<WebAssemblyInstantiatedSource>
}
