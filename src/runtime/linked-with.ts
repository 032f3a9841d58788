/** Reads what a guest was linked with, which decides how it is served, and whether it is newer than its host. */

import { LINKED_SECTION, Revision, VERSION } from '../abi/revision.js'
import type { WasmModule } from '../base/platform-types.js'

/** What a module says about its origin. */
export interface LinkedWith {
  /** The revision of the interface that it expects, from 1 to the newest one that is offered here. */
  readonly revision: number
  /** The version of libuv-wasm that linked it; `undefined` for modules of other linkers and of early versions. */
  readonly version: string | undefined
}

const SILENT: LinkedWith = { revision: Revision.UNSAID, version: undefined }

/**
 * Reads the custom section that uvcc writes, and `assembly/transform.mjs`.
 *
 * @throws {WebAssembly.LinkError} when the module expects a newer revision than there is here, or when neither of them
 *   can have written the section
 */
export function linkedWith(module: WasmModule): LinkedWith {
  const sections = WebAssembly.Module.customSections(module, LINKED_SECTION)
  const [section] = sections
  if (section === undefined) return SILENT
  const text =
    sections.length === 1 && section.byteLength <= MAX_BYTES ? String.fromCharCode(...new Uint8Array(section)) : ''
  const [, revision, version] = WRITTEN.exec(text) ?? []
  if (revision === undefined || version === undefined)
    throw new WebAssembly.LinkError(
      `Cannot link the module: neither uvcc nor the library for AssemblyScript wrote its section ${JSON.stringify(LINKED_SECTION)}; build it again with one of them`,
    )
  if (Number(revision) > Revision.NEWEST)
    throw new WebAssembly.LinkError(
      `Cannot link the module: it expects revision ${revision} of libuv-wasm's interface, and ${Revision.NEWEST} is the newest here; ${newerHost(version) ?? REBUILD}`,
    )
  return { revision: Number(revision), version }
}

const REBUILD = 'build it with uvcc of this version'

/**
 * The remedy for a module that needs more than there is here.
 *
 * @param version - the version that it was linked with
 * @returns `undefined` if another version is not the remedy
 */
export function newerHost(version: string | undefined): string | undefined {
  if (version === undefined || version === VERSION) return undefined
  return `it was linked with libuv-wasm ${version}, and this is ${VERSION}: run it with ${version} or later, or ${REBUILD}`
}

/** The most bytes of a section that is read. */
const MAX_BYTES = 64

const WRITTEN = /^revision ([1-9]\d{0,5}), version (\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[\w.]{1,20})?)$/
