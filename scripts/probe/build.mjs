/**
 * Builds the probe: `build.mjs native|guest [LIBUV]`. A call that does not compile or link as a guest is left out, and
 * the others are tried nevertheless.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { functionOf, PROGRAMS, readCalls } from './calls.mjs'

const run = promisify(execFile)
const SOURCES = 'test/probe/calls'

const [kind = 'guest', libuv = 'build/libuv'] = process.argv.slice(2)
const native = kind === 'native'
const program = native ? PROGRAMS.native : PROGRAMS.guest
const folder = program.replace(/\/[^/]+$/, '')
const compiler = native ? (process.env.CC ?? 'cc') : 'build/sdk/bin/uvcc'
const flags = ['-O1', '-D_GNU_SOURCE', '-Wall', '-Wno-unused-result', '-Wno-unused-function']
flags.push(...(native ? ['-Wno-stringop-overflow', `-I${libuv}/include`] : []), `-I${SOURCES}`)
const libraries = native ? ['build/native/libuv.a', '-lpthread', '-ldl', '-lrt'] : []

const calls = readCalls().map(({ name }) => name)
const files = readdirSync(SOURCES).filter((name) => name.endsWith('.c'))
/** The function of each call, and the file that it is in. */
const bodies = new Map(
  files.flatMap((file) =>
    readFileSync(`${SOURCES}/${file}`, 'utf8')
      .split(/^(?=PROBE\()/m)
      .map(
        (body) =>
          /** @type {[string, { file: string, body: string }]} */ ([
            `probe_${/^PROBE\((\w+)/.exec(body)?.[1]}`,
            { file, body },
          ]),
      ),
  ),
)

/**
 * @template Item, Result
 * @param {readonly Item[]} items
 * @param {(item: Item) => Promise<Result>} work
 * @returns {Promise<Result[]>}
 */
const inParallel = async (items, work) => {
  /** @type {Result[]} */
  const results = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}

/**
 * Compiles and links a program that makes some of the calls.
 *
 * @param {readonly string[]} sources
 * @param {readonly string[]} names
 */
const build = async (sources, names) => {
  mkdirSync(folder, { recursive: true })
  const probed = calls.map((name) => [functionOf(name).replace('probe_', 'PROBED_'), names.includes(name)])
  writeFileSync(`${folder}/probed.h`, probed.map(([name, is]) => `#define ${name} ${is ? '' : 'static'}\n`).join(''))
  const functions = names.map((name) => `void ${functionOf(name)}(void);\n`).join('')
  const entries = names.map((name) => `  { "${name}", ${functionOf(name)} },\n`).join('')
  const head = '#include "table.h"\n\n#include <stddef.h>\n\n'
  writeFileSync(
    `${folder}/table.c`,
    `${head}${functions}\nconst struct entry table[] = {\n${entries}  { NULL, NULL }\n};\n`,
  )
  const objects = await inParallel(
    [`${folder}/table.c`, ...sources.map((name) => `${SOURCES}/${name}`)],
    async (source) => {
      const object = `${folder}/${source.replace(/^.*\//, '')}.o`
      const { stderr } = await run(compiler, [...flags, `-I${folder}`, '-c', source, '-o', object])
      if (stderr !== '') console.error(stderr)
      return object
    },
  )
  await run(compiler, [...flags, ...objects, ...libraries, '-o', program])
}

/**
 * The calls that remain if one could not be built: without those that use a function that is not there, or that are
 * in a file that does not compile.
 *
 * @param {readonly string[]} names
 * @param {string} message the compiler's or the linker's
 */
const without = (names, message) => {
  // The C library names what it needs itself after the function that needs it.
  const symbols = [...message.matchAll(/undefined symbol: _*(?:syscall_)?(\w+?)(?:_js)?(?!\w)/g)]
  const missing = symbols.map(([, symbol]) => new RegExp(`\\b${symbol}\\(`))
  const broken = [...message.matchAll(/([\w-]+\.c):\d+:\d+: (fatal )?error/g)].map(([, file]) => file)
  return names.filter((name) => {
    const { file, body } = bodies.get(functionOf(name)) ?? { file: '', body: '' }
    return !broken.includes(file) && !missing.some((symbol) => symbol.test(body))
  })
}

/**
 * Builds as many calls as can be built together with those that can already.
 *
 * @param {readonly string[]} built
 * @param {readonly string[]} more
 * @returns {Promise<readonly string[]>}
 */
const extend = async (built, more) => {
  if (more.length === 0) return built
  const names = [...built, ...more]
  const used = new Set(names.map((name) => bodies.get(functionOf(name))?.file))
  try {
    await build(['probe.c', ...files.filter((file) => used.has(file))], names)
    return names
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (native) throw error
    if (more.length === 1) {
      console.error(`probe: ${more} cannot be built: ${message}`)
      return built
    }
    const rest = without(more, message)
    if (rest.length < more.length) return extend(built, rest)
    return extend(await extend(built, more.slice(0, more.length >> 1)), more.slice(more.length >> 1))
  }
}

rmSync(folder, { recursive: true, force: true })
const names = await extend([], calls)
if (names.length < calls.length) await extend([], names)
const missing = calls.filter((name) => !names.includes(name))
console.log(
  `${program}: ${names.length} of ${calls.length} calls${missing.length > 0 ? `, without ${missing.join(', ')}` : ''}`,
)
