/**
 * What a foreign module may import: functions that are offered, and nothing else. WebAssembly looks an import up like
 * JavaScript looks up a property, so the import object must not inherit anything. Values that are not functions
 * (globals, memories, tables, tags) are never offered.
 */

import type { Signatures } from '../abi/signature.js'
import { isCall, type NumberCall } from '../base/call.js'
import type { WasmImports, WasmModule } from '../base/platform-types.js'
import { linkedWith, newerHost } from './linked-with.js'

/** The functions of one import module. */
export interface Offer {
  readonly functions: WasmImports
  /** Their types. A function without a type is passed to the module without a wrapper: it must ignore its arguments. */
  readonly types: Signatures
}

/** The offers, by the names of import modules. */
export type Offers = ReadonlyMap<string, Offer>

/** One import of a module that is offered. */
export interface Wanted {
  readonly module: string
  readonly name: string
}

/**
 * The imports of a module, without duplicates.
 *
 * @throws {WebAssembly.LinkError} when one of them is not offered; it names the import, its origin, and the remedy.
 *   Also when the module was linked by a newer version of this package and expects a newer revision
 */
export function wantedImports(module: WasmModule, offers: Offers): readonly Wanted[] {
  const wanted = new Map<string, Wanted>()
  const { version } = linkedWith(module)
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function' || functionOf(offers, from, name) === undefined)
      throw refusal({ module: from, name, kind }, offers, version)
    wanted.set(JSON.stringify([from, name]), { module: from, name })
  }
  return [...wanted.values()]
}

/** The function that is offered under that name; `undefined` if there is none, whatever its object inherits. */
export function functionOf(offers: Offers, module: string, name: string): NumberCall | undefined {
  const functions = offers.get(module)?.functions ?? {}
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined
  return isCall(found) ? found : undefined
}

/** Makes an import object that inherits nothing, on either level. */
export function importObject(
  wanted: readonly Wanted[],
  give: (wanted: Wanted) => WasmImports[string],
): Record<string, WasmImports> {
  const imports: Record<string, WasmImports> = Object.create(null)
  for (const one of wanted) {
    imports[one.module] ??= Object.create(null)
    Object.assign(imports[one.module] ?? {}, { [one.name]: give(one) })
  }
  return imports
}

/**
 * Rewords an engine's error for an import that the module declares with another type; returns any other error
 * unchanged.
 *
 * @param error - the exception of instantiating a module
 */
export function linkError(error: unknown): unknown {
  if (!(error instanceof WebAssembly.LinkError) || error.message.startsWith(CANNOT)) return error
  return new WebAssembly.LinkError(
    `${CANNOT}: one of its imports has another type here (${shorten(error.message)}); build it with uvcc of this version`,
  )
}

const CANNOT = 'Cannot link the module'

/** @param version - the version of this package that the module was linked with */
function refusal(
  { module, name, kind }: Wanted & { readonly kind: string },
  offers: Offers,
  version: string | undefined,
): Error {
  const what = `it imports the ${kind} ${JSON.stringify(shorten(name))} from ${JSON.stringify(shorten(module))}`
  const origin = originOf(module, name, kind)
  // In libuv-wasm's own modules and in preview 1, it is the name that is wrong.
  const because =
    offers.has(module) && kind === 'function' && origin.whole
      ? `${origin.is}, which has no such function here`
      : origin.is
  // No import is ever taken away, so one that is unknown is newer than this host.
  const remedy = origin.whole ? (newerHost(version) ?? origin.remedy) : origin.remedy
  return new WebAssembly.LinkError(`${CANNOT}: ${what}, ${because}; ${remedy}`)
}

/** A standard or a toolchain whose modules import functions that are not available here. */
interface Origin {
  /** Whether an import has this origin. */
  readonly matches: (module: string, name: string, kind: string) => boolean
  readonly is: string
  readonly remedy: string
  /** Whether functions of this import module are offered, so that only the name is unknown. */
  readonly whole?: boolean
}

const UVCC = 'build it with uvcc'

/** The first match is used. */
const ORIGINS: readonly Origin[] = [
  {
    matches: (module) => /^uv_(?:host|face|pump)_\d+$/.test(module),
    is: "a part of libuv-wasm's own interface",
    remedy: `${UVCC} of this version, which offers uv_host_1 and uv_pump_1 to programs, and uv_face_1 to loops`,
    whole: true,
  },
  {
    matches: (module, name) => module === 'wasi_snapshot_preview1' && name.startsWith('sock_'),
    is: 'a socket call of WASI preview 1 or of an extension of it',
    remedy: `${UVCC}, where sockets are available through POSIX and libuv`,
  },
  {
    matches: (module) => module === 'wasi_snapshot_preview1',
    is: 'the import module of WASI preview 1',
    remedy: `${UVCC}, or without the code that needs it`,
    whole: true,
  },
  {
    matches: (module) => module === 'wasi_unstable',
    is: 'a part of WASI preview 0, the predecessor of wasi_snapshot_preview1',
    remedy: 'build it with a toolchain that targets WASI preview 1, such as uvcc',
  },
  {
    matches: (module) => /^wasix_/.test(module),
    is: 'a part of WASIX',
    remedy: 'build it for WASI preview 1, with uvcc',
  },
  {
    matches: (module, name, kind) =>
      (module === 'wasi' && name.startsWith('thread')) || (module === 'env' && kind === 'memory'),
    is: 'an import of programs with threads (wasi-threads, or a shared memory)',
    remedy: 'build it without threads, with a memory that it defines and exports',
  },
  {
    matches: (module) => /^(?:wasi:|cm32p2)/.test(module) || /^[a-z][\w-]*:[a-z][\w-]*\//.test(module),
    is: 'a part of the component model (WASI preview 2 and later)',
    remedy: 'build a core module for WASI preview 1, with uvcc',
  },
  {
    matches: (module) => module === 'gojs' || module === 'go',
    is: "a part of Go's interface to JavaScript",
    remedy: 'build it with GOOS=wasip1',
  },
  {
    matches: (module) => /^(?:wbg|__wbindgen_|__wbg)/.test(module) || /_bg(?:\.js)?$/.test(module),
    is: 'generated by wasm-bindgen, for JavaScript',
    remedy: 'build it for the target wasm32-wasip1, without wasm-bindgen',
  },
  {
    matches: (module, name) =>
      module === 'env' &&
      /^(?:abort$|seed$|trace$|mark$|(?:console|crypto|Date|Math|performance|process)\.)/.test(name),
    is: 'a function that programs in AssemblyScript expect of a page',
    remedy:
      'let its asconfig.json extend "libuv-wasm/assembly/asconfig.json", which has such functions for programs here',
  },
  {
    matches: (module) => module === 'env' || module === 'a' || module.startsWith('GOT.'),
    is: "a part of emscripten's JavaScript, or a function that was not linked",
    remedy: `${UVCC}, which links a standalone module (-sSTANDALONE_WASM)`,
  },
  {
    matches: (module) => module === 'spectest' || module.startsWith('wasm:'),
    is: "a part of an engine's own tests and functions",
    remedy: UVCC,
  },
  { matches: () => true, is: 'which belongs to no known standard', remedy: UVCC },
]

function originOf(module: string, name: string, kind: string): Origin {
  const origin = ORIGINS.find(({ matches }) => matches(module, name, kind))
  if (origin === undefined)
    throw new Error('Cannot find the origin of an import: the last entry must match everything; report this as a bug')
  return origin
}

/** The names in a module can have any length. */
function shorten(text: string): string {
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}...` : text
}

const MAX_NAME = 200
