/**
 * Checks that the library for AssemblyScript agrees with its host: the functions that it imports, the numbers of the C
 * library that it types, and the revision that it writes into programs.
 */
import { readFileSync } from 'node:fs'
import { conclude } from '../lib/report.mjs'

/** @param {string} path */
const built = (path) => import(`../../build/lib/${path}.js`)

const { PREVIEW1_TYPES } = await built('abi/preview1')
const { UV_HOST_TYPES } = await built('abi/uv-host')
const { UV_PUMP_TYPES } = await built('abi/uv-pump')
const { RunResult } = await built('abi/uv-module')
const { Revision } = await built('abi/revision')
const { describeModule } = await built('runtime/module')
const { constants, errno } = await describeModule()

/** @param {string} path */
const read = (path) => readFileSync(`assembly/${path}`, 'utf8')

/** The letters of a signature; see `src/abi/signature.ts`. @type {Record<string, string>} */
const LETTERS = { i32: 'i', usize: 'i', i64: 'I', f64: 'd', void: '' }

/** @type {Record<string, Record<string, string>>} */
const OFFERED = { uv_host_1: UV_HOST_TYPES, uv_pump_1: UV_PUMP_TYPES, wasi_snapshot_preview1: PREVIEW1_TYPES }

/**
 * The functions of an import module whose type is not the host's.
 *
 * @param {string} module
 */
const wrongImports = (module) => {
  const path = `imports/${module}.ts`
  const declared = [...read(path).matchAll(/^export declare function (\w+)\(([^)]*)\): (\w+)$/gm)]
  return declared.flatMap(([, name = '', parameters = '', result = '']) => {
    const letters = [...parameters.matchAll(/: (\w+)/g)].map(([, type = '']) => LETTERS[type] ?? '?').join('')
    const signature = result === 'void' ? letters : `${letters}:${LETTERS[result] ?? '?'}`
    const offered = OFFERED[module]?.[name]
    return signature === offered ? [] : [`assembly/${path}: ${name} is ${signature}, but the host offers ${offered}`]
  })
}

/**
 * The numbers that differ.
 *
 * @param {string} path
 * @param {RegExp} form - matches a name and a number
 * @param {(name: string) => number | undefined} known
 */
const wrongNumbers = (path, form, known) => {
  const typed = [...read(path).matchAll(form)]
  if (typed.length === 0) return [`assembly/${path}: no number was found`]
  return typed
    .filter(([, name = '', number]) => known(name) !== Number(number))
    .map(([, name = '', number]) => `assembly/${path}: ${name} is ${number}, but the host has ${known(name)}`)
}

const problems = [
  ...Object.keys(OFFERED).flatMap(wrongImports),
  ...wrongNumbers(
    'base/constants.ts',
    /^export const (\w+): i32 = (\d+)$/gm,
    (name) => constants[name] ?? RunResult[name],
  ),
  ...wrongNumbers('base/errors.ts', /^ {2}(E\w+) = (-\d+),$/gm, (name) => -errno[name]),
  ...wrongNumbers('transform.mjs', /^const (REVISION) = (\d+)$/gm, () => Revision.NEWEST),
]
conclude(problems, 'imports, numbers and revision are those of the host')
