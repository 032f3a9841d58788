/**
 * Lets the threads of a process start with the code that the engine compiled for an earlier one: to compile the file
 * again takes as long as to start an empty thread.
 */
import type { Worker, WorkerOptions } from 'node:worker_threads'

/** What a thread that is started like this finds as its `workerData`. */
export interface ThreadData {
  /** The text of the thread's file. */
  readonly source: string
  readonly path: string
  /** What the engine has compiled of it. */
  readonly code: Uint8Array | undefined
  /** Passes on the code of all functions that have been called so far; absent where it is known. */
  keep?: () => void
}

/** The message with which a thread passes its code on. */
export interface CodeMessage {
  readonly code: Uint8Array
}

/** The options of threads: those of this process (loaders, debuggers) must not apply to the guest. */
const OPTIONS: WorkerOptions = { execArgv: [] }

/** Runs the file as a script. It is text, since a thread can start with nothing but a file or a text. */
const BOOT = `'use strict'
const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
const { constants, Script } = process.getBuiltinModule('node:vm')
const { source, path: filename, code: cachedData } = workerData
const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
const script = new Script(source, { filename, cachedData, importModuleDynamically })
if (cachedData === undefined) workerData.keep = () => parentPort.postMessage({ code: script.createCachedData() })
script.runInThisContext()`

const MODULE = /^import /m

let isFirst = true
let known: ThreadData | undefined

/**
 * Starts a thread with a file. The first one compiles it as usual, since most processes have no other; the second one
 * passes its code on, and the others begin with that.
 */
export function startThread(file: URL): Worker {
  const { bun, deno } = process.versions
  const isNode = bun === undefined && deno === undefined
  if (isFirst || !isNode || file.protocol !== 'file:') {
    isFirst = false
    return startPlainly(file)
  }
  known ??= readThread(file)
  // A script only as a bundle: the compiled file alone is a module.
  if (MODULE.test(known.source)) return startPlainly(file)
  return new (threads().Worker)(BOOT, { ...OPTIONS, eval: true, workerData: known })
}

/** Starts a thread with a file, which is compiled. */
export function startPlainly(file: URL): Worker {
  return new (threads().Worker)(file, OPTIONS)
}

/** Loaded only here, since not every platform has threads; and synchronously, so that they start at once. */
const threads = () => process.getBuiltinModule('node:worker_threads')

/** Takes the code of a thread. */
export function keepCode({ code }: CodeMessage): void {
  if (known !== undefined) known = { ...known, code }
}

function readThread(file: URL): ThreadData {
  const path = process.getBuiltinModule('node:url').fileURLToPath(file)
  return { source: process.getBuiltinModule('node:fs').readFileSync(path, 'utf8'), path, code: undefined }
}
