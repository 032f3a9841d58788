/**
 * Compiles a program in AssemblyScript with asc as its author would, except that the package is this folder:
 * `node scripts/assembly.mjs OUT.wasm SOURCE.ts [CONFIG.json]`. Makes the bindings, too.
 */
import { mkdirSync, symlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { main } from 'assemblyscript/asc'

/** Where asc looks for the package, by its name. */
const PACKAGES = 'build/assembly/packages'

const [out = '', source = '', config = 'assembly/asconfig.json'] = process.argv.slice(2)
mkdirSync(PACKAGES, { recursive: true })
try {
  symlinkSync('../../..', `${PACKAGES}/libuv-wasm`)
} catch (error) {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}
const files = ['--config', resolve(config), '--path', PACKAGES, '--outFile', out]
// The loader needs what bindings export only if they need it, too.
const { error, stderr } = await main([source, ...files, '--optimizeLevel', '1', '--exportRuntime'])
if (error !== null) {
  console.error(stderr.toString())
  process.exitCode = 1
}
