/**
 * Removes the declarations from dist/types that are not reachable from the package's exports: two thirds of the library
 * are internal.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import ts from 'typescript'
import { exported } from '../lib/entries.mjs'

const TYPES = 'dist/types'

/** @type {Set<string>} */
const met = new Set()

/** @param {string} file */
const meet = (file) => {
  if (met.has(file)) return
  met.add(file)
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'))
  for (const { fileName } of importedFiles)
    if (fileName.startsWith('.')) meet(resolve(dirname(file), fileName.replace(/\.js$/, '.d.ts')))
}

for (const { module } of exported) meet(resolve(TYPES, `${module}.d.ts`))
// In reverse order the contents of a directory come before the directory, so that it can be removed if it is empty.
for (const entry of readdirSync(TYPES, { recursive: true, withFileTypes: true }).reverse()) {
  const path = resolve(entry.parentPath, entry.name)
  if (entry.isDirectory() ? readdirSync(path).length === 0 : !met.has(path)) rmSync(path, { recursive: true })
}
