/**
 * A step of the compiler asc. It writes into each module what it was built with, as uvcc does; hosts read it in
 * `src/runtime/linked-with.ts`. And it leaves the start of the program to its host, also in the bindings.
 */
import { readFileSync } from 'node:fs'

/** The revision of the host's interface that this library expects: `UVH_REVISION` of `uv_host.h`. */
const REVISION = 2

/** The version of this package. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** See `assemblyscript/transform`; asc sets properties of the prototype. */
// biome-ignore lint/style/noDefaultExport: asc takes the default export
export default class Linked {
  /** @param {{ addCustomSection(name: string, contents: Uint8Array): void }} module */
  afterCompile(module) {
    module.addCustomSection('libuv-wasm', new TextEncoder().encode(`revision ${REVISION}, version ${version}`))
    // The export exists by now. Bindings would call it before the host has seen the memory that its calls refer to.
    const { program } = /** @type {{ program?: { options: { exportStart: string | null } } }} */ (this)
    if (program !== undefined) program.options.exportStart = null
  }
}
