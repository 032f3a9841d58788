/** Compiles all TypeScript in the docs and doc comments with the strictness of this project's own code. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ts from 'typescript'
import { conclude } from '../lib/report.mjs'
import { examples } from '../lib/snippets.mjs'

/** Inside the package, so that the examples import it by name, like its users. */
const FOLDER = 'build/snippets'

const all = examples()
rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER, { recursive: true })
/** @type {Map<string, { place: string, extra: number }>} the origin of each file's lines */
const origins = new Map()
for (const { name, place, code, runs } of all) {
  const file = resolve(FOLDER, `${name}.mts`)
  writeFileSync(file, code)
  origins.set(file, { place, extra: runs ? 0 : 2 })
}
const program = ts.createProgram([...origins.keys()], {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  types: ['node'],
  module: ts.ModuleKind.NodeNext,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  noEmit: true,
})
const problems = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
  const message = ts.flattenDiagnosticMessageText(messageText, ' ')
  const origin = file && origins.get(resolve(file.fileName))
  if (file === undefined || origin === undefined) return message
  const [path, line] = origin.place.split(':')
  const at = Number(line) + file.getLineAndCharacterOfPosition(start).line - origin.extra
  return `${path}:${at}: ${message}`
})
const programs = all.filter(({ runs }) => runs).length
conclude(problems, `${programs} programs and ${all.length - programs} fragments compile`)
