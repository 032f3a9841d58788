/** Packs the SDK as an npm package of its own, so that those who only run guests do not install it. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const SDK = 'build/sdk'

/**
 * Packs the SDK, without what it has learned about the emcc of this machine.
 *
 * @param {string} folder - for the tarball
 * @returns {{ tarball: string, size: number, unpacked: number, files: string[] }} sizes in bytes, and the paths in it
 */
export const packSdk = (folder) => {
  if (!existsSync(join(SDK, 'bin/uvcc'))) throw new Error(`${SDK} is missing: \`make sdk\` builds it`)
  const stage = join(folder, 'sdk')
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(stage, { recursive: true })
  const learned = resolve(SDK, 'cache')
  cpSync(SDK, stage, { recursive: true, filter: (path) => resolve(path) !== learned })
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
  const options = ['--json', '--ignore-scripts', '--pack-destination', folder]
  const answer = JSON.parse(execFileSync('npm', ['pack', ...options, stage], { encoding: 'utf8', stdio: 'pipe' }))
  /** @type {{ filename: string, files: { path: string, size: number }[] }} */
  const { filename, files } = Object.values(answer)[0]
  rmSync(stage, { recursive: true })
  const tarball = join(folder, filename)
  return {
    tarball,
    size: statSync(tarball).size,
    unpacked: files.reduce((sum, { size }) => sum + size, 0),
    files: files.map(({ path }) => path),
  }
}

/** Its package.json: the version is that of libuv-wasm, whose guests it makes. */
const manifest = () => {
  const { name, version, license } = JSON.parse(readFileSync('package.json', 'utf8'))
  return {
    name: `${name}-sdk`,
    version,
    description: 'uvcc compiles C and C++ programs for libuv on WebAssembly, as guests of libuv-wasm',
    keywords: ['libuv', 'wasm', 'webassembly', 'emscripten', 'compiler'],
    license,
    bin: { uvcc: './bin/uvcc', 'uvcc++': './bin/uvcc++' },
    files: ['bin', 'include', 'lib', 'share', 'LICENSE', 'LICENSES.txt'],
  }
}
