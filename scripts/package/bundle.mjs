/**
 * Bundles the compiled library in build/lib into the few files of dist, which are published: Node's loader takes 0.3 to
 * 0.4 ms per file. All files are in one directory, so that relative URLs like
 * `new URL('./worker.js', import.meta.url)` are valid in whichever file their code ends up.
 */
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { rolldown } from 'rolldown'
import { exported, hooks, programs } from '../lib/entries.mjs'

const COMPILED = 'build/lib'

/**
 * The chunks. Each has entry points and directories, and everything that they import and that is not in an earlier
 * chunk. The first one has what every program needs, including web pages. All other modules are stored with their
 * importer.
 *
 * @type {Record<string, string[]>} modules and directories, by the name of their chunk
 */
const CHUNKS = {
  core: ['index'],
  node: ['host/node', 'host/common/listening', 'host/platform/node'],
  // With what its drivers have in common.
  guests: ['guest/guest', 'guest/report-defects', 'guest/signals', 'guest/streams', 'wasi/fs/byte-names'],
}

/**
 * What the command's own file has, with everything that it imports: the command, and what several of the files have in
 * common that it loads later. The bundler would make a file of each few lines that two of them share.
 */
const COMMAND = [
  'cli/run',
  'abi/limits',
  'base/turn-policy',
  'base/unix-names',
  'guest/report-defects',
  'guest/signals',
  'guest/streams',
  'host/common/listening',
  'host/connection/orphans',
  'host/contract/abort',
  'host/connection/unsent-bytes',
  'wasi/fs/byte-names',
]

/** @param {string[]} paths - modules and directories */
const isOneOf = (paths) => (/** @type {string} */ id) =>
  [id.replace(/\.js$/, ''), dirname(id)].some((path) => paths.includes(relative(COMPILED, path)))

/** What is imported at run time: the dependencies, and `#platform`, which package.json resolves. */
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const installed = Object.keys(dependencies)
const external = ['#platform', ...installed]

/**
 * Loads Node's own modules with `process.getBuiltinModule()`, not as ES modules. For an ES module Node reads every
 * property of the built-in module, which in `node:fs` and `node:util` loads streams, colors and parsers: 9 ms of
 * startup. Each importer gets its own copy of the code, so that no shared chunk is created for it.
 *
 * @type {import('rolldown').Plugin}
 */
const builtins = {
  name: 'builtins',
  resolveId: (id, importer, { kind }) =>
    id.startsWith('node:') && kind === 'import-statement'
      ? { id: `\0${id}?${relative(COMPILED, importer ?? '')}`, moduleSideEffects: false }
      : undefined,
  load(id) {
    const [, name] = /^\0(node:[^?]+)\?/.exec(id) ?? []
    if (name === undefined) return undefined
    const members = Object.keys(Object(process.getBuiltinModule(name))).filter((member) => member !== 'default')
    return [
      `const $builtin = process.getBuiltinModule(${JSON.stringify(name)})`,
      'export default $builtin',
      // What a bundler may leave out if it is not used: reading a property could have an effect, and elsewhere has one.
      'const $read = (member) => $builtin[member]',
      ...members.map((member) => `export const ${member} = /* @__PURE__ */ $read(${JSON.stringify(member)})`),
    ].join('\n')
  },
}

/**
 * Turns the only CommonJS module into an ES module: otherwise every bundle would start with a loader for CommonJS. The
 * module's code runs when one of its members is first used, which few programs do at startup.
 *
 * @type {import('rolldown').Plugin}
 */
const lazyIpaddr = {
  name: 'lazy-ipaddr',
  transform(code, id) {
    if (!/\/ipaddr\.js$/.test(id)) return undefined
    const members = Object.keys(ipaddr).map((name) => `get ${name}() { return (loaded ??= load()).${name} }`)
    return [
      'let loaded',
      `const load = () => { const module = { exports: {} };\n${code}\nreturn module.exports }`,
      `export default { ${members} }`,
    ].join('\n')
  },
}

/**
 * The thread of tinypool is a file of its own, which it looks for in its package.
 *
 * @type {import('rolldown').Plugin}
 */
const poolThread = {
  name: 'pool-thread',
  transform: (code, id) =>
    /\/tinypool\/dist\/index\.js$/.test(id)
      ? code.replace('/../entry/worker.js', '/../cli-simulate-thread.js')
      : undefined,
}
const plugins = [lazyIpaddr, poolThread, builtins]

/**
 * Resolves the platform to Node's: the command runs on Node and compatible runtimes.
 *
 * @type {import('rolldown').Plugin}
 */
const nodePlatform = {
  name: 'node-platform',
  resolveId: (id) =>
    id === '#platform' || id === './page.js' ? resolve(COMPILED, 'host/platform/node.js') : undefined,
}

/** @param {Record<string, string>} modules - the module for each output file */
const inputs = (modules) =>
  Object.fromEntries(Object.entries(modules).map(([file, module]) => [file, `${COMPILED}/${module}.js`]))

/**
 * @param {import('rolldown').InputOptions} input
 * @param {import('rolldown').OutputOptions} output
 */
const put = async (input, output) => {
  const bundle = await rolldown({
    platform: 'node',
    tsconfig: false,
    onLog: (_level, { message }) => {
      throw new Error(message)
    },
    ...input,
  })
  await bundle.write({
    dir: 'dist',
    // Keep the comments that bundlers read. The documentation is in the type declarations.
    comments: { legal: true, annotation: true, jsdoc: false },
    entryFileNames: '[name].js',
    ...output,
  })
}

// The library, whose chunks are shared by all its importers.
await put(
  {
    input: {
      ...inputs({ ...Object.fromEntries(exported.map(({ file, module }) => [file, module])), ...hooks }),
      'cli-simulate-thread': resolve('node_modules/tinypool/dist/entry/worker.js'),
    },
    external,
    plugins,
  },
  {
    minifyInternalExports: false,
    chunkFileNames: 'chunk-[name].js',
    codeSplitting: {
      groups: Object.entries(CHUNKS).map(([name, paths]) => ({
        name,
        test: isOneOf(paths),
        includeDependenciesRecursively: true,
      })),
    },
  },
)
// The description of the package's module, so that a guest does not have to compile the module to get it. See
// src/runtime/module.ts, which uses the platform file written above.
const { describeModule } = await import(resolve(COMPILED, 'runtime/module.js'))
const SHIPPED_DESCRIPTION = JSON.stringify(JSON.stringify(await describeModule()))

// The programs, each in its own files: no other program imports their code, and startup time matters most. Parsing
// costs the engine 20 µs per kB, whether the code is used or not. Line breaks are kept, since Node prints the line of
// an error. The command loads its implementation and the thread as scripts, with their compiled code, see
// src/cli/scripts.ts; the thread is also valid as a module, which all other threads load.

/** @type {Record<string, import('rolldown').OutputOptions>} */
const SCRIPTS = {
  'cli-run': {
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'cli-run-[name].cjs',
    banner: '"use strict";',
    codeSplitting: { groups: [{ name: 'cli-run', test: isOneOf(COMMAND) }] },
  },
  // One file, also for bundlers of others: what it would load later is in it.
  worker: { format: 'iife', banner: '"use strict";', codeSplitting: false },
}
for (const [file, module] of Object.entries(programs)) {
  const reachesOut = file === 'cli-run'
  await put(
    {
      input: inputs({ [file]: module }),
      preserveEntrySignatures: 'allow-extension',
      external: reachesOut ? installed : external,
      plugins: [...(reachesOut ? [nodePlatform] : []), ...plugins],
      ...(reachesOut && {
        transform: { define: { SHIPPED_DESCRIPTION } },
        onLog: (_level, { code, message }) => {
          // The command imports its platform and its streams statically, too, so that they are in the same file.
          const expected =
            code === 'INEFFECTIVE_DYNAMIC_IMPORT' &&
            ['platform/', 'common/process-streams'].some((path) => message.includes(`] ${COMPILED}/host/${path}`))
          if (!expected) throw new Error(message)
        },
      }),
    },
    {
      minify: { compress: true, mangle: true, codegen: false },
      chunkFileNames: `${file}-[name].js`,
      minifyInternalExports: false,
      ...SCRIPTS[file],
    },
  )
}

// A define that nothing uses is ignored without a word.
if (!/"errno\\?":\{\\?"E2BIG/.test(readFileSync('dist/cli-run.cjs', 'utf8'))) {
  throw new Error(
    'Cannot bundle the command: src/runtime/module.ts does not use SHIPPED_DESCRIPTION; define its new name',
  )
}
