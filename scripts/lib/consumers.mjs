/**
 * Compiles programs that use the package, with the libraries and types of typical projects. All of the package's
 * declarations are checked.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** The entry points that compile everywhere; the others may need Node's types. */
const PORTABLE = ['.', './guest', './virtual']

/** @type {Record<string, { lib: string[], types: string[] }>} */
const PLATFORMS = {
  'no DOM, no Node': { lib: ['lib.es2023.d.ts'], types: [] },
  'a page': { lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'], types: [] },
  Node: { lib: ['lib.es2023.d.ts'], types: ['node'] },
}

const USE = `
export const run = async (): Promise<void> => {
  await using loop = await m0.Loop.open({ host: m0.virtualHost(), module: new Uint8Array(8) })
  const server = new m0.TCP({ loop })
  server.bind({ host: '127.0.0.1', port: 0 })
  server.listen(1, (one) => one.accept().readStart((_peer, status, data) => data.fill(status)))
  await loop.run()
}
`

/**
 * @param {string} folder - has the package in its node_modules
 * @returns {string[]} the compiler's messages
 */
export const compileConsumers = (folder) => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/libuv-wasm/package.json'), 'utf8'))
  const entries = Object.keys(exports).filter((entry) => exports[entry].types !== undefined)
  return Object.entries(PLATFORMS).flatMap(([where, { lib, types }]) => {
    const file = join(folder, `${where.replaceAll(/\W+/g, '-')}.mts`)
    const used = types.includes('node') ? entries : entries.filter((entry) => PORTABLE.includes(entry))
    const names = used.map((_, index) => `m${index}`)
    const imports = used.map((entry, index) => `import * as m${index} from 'libuv-wasm${entry.slice(1)}'`)
    writeFileSync(file, `${imports.join('\n')}\nexport { ${names.join(', ')} }\n${USE}`)
    return compile(file, { lib, types }).map((what) => `${where}: ${what}`)
  })
}

/**
 * @param {string} file
 * @param {{ lib: string[], types: string[] }} platform
 */
const compile = (file, { lib, types }) => {
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    lib,
    types,
  })
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? '' : `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1}: `
    return `${line}${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}
