/**
 * Puts the compiled library of build/lib together into the few files of dist, which is what is published: Node's loader
 * takes 0.3 to 0.4 ms for each file. All lie in one folder, so that what names a file beside it (`new
 * URL('./worker.js', import.meta.url)`) finds it, wherever its code has come to.
 */
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { rolldown } from 'rolldown'
import { exported, hooks, programs } from './lib/entries.mjs'

const COMPILED = 'build/lib'

/**
 * What is loaded together: entry points and folders with all that they import, unless an earlier one has it. The first
 * is what every program needs, pages included. Everything else is stored with its importer.
 *
 * @type {Record<string, string[]>} modules and folders, by the name of their chunk
 */
const CHUNKS = {
  core: ['index'],
  node: ['host/node', 'host/common', 'host/platform/node'],
  guests: ['guest/guest'],
}

/** What is imported when it runs: what is installed with the package, and what package.json chooses. */
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const installed = Object.keys(dependencies)
const external = ['#platform', ...installed]

/**
 * Node's own modules by `process.getBuiltinModule()`, and not as modules of ECMAScript: to make one of these Node reads
 * each property of the module, and that of `node:fs` and `node:util` loads its streams, colors and parsers. It is 9 ms
 * of a start. Each importer has its own, so that no file is made of what several share.
 *
 * @type {import('rolldown').Plugin}
 */
const builtins = {
  name: 'builtins',
  resolveId: (id, importer, { kind }) =>
    id.startsWith('node:') && kind === 'import-statement'
      ? { id: `\0${id}?${importer}`, moduleSideEffects: false }
      : undefined,
  load(id) {
    const [, name] = /^\0(node:[^?]+)\?/.exec(id) ?? []
    if (name === undefined) return undefined
    const members = Object.keys(Object(process.getBuiltinModule(name))).filter((member) => member !== 'default')
    return [
      `const builtin = process.getBuiltinModule(${JSON.stringify(name)})`,
      'export default builtin',
      ...members.map((member) => `export const ${member} = builtin.${member}`),
    ].join('\n')
  },
}

/**
 * The one module that is CommonJS as one of ECMAScript: else each bundle would begin with what can load any. It runs
 * when something of it is wanted, and few who start want any.
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
const plugins = [lazyIpaddr, builtins]

/**
 * Another program stays apart.
 *
 * @type {import('rolldown').Plugin}
 */
const apart = {
  name: 'apart',
  resolveId(id) {
    const other = Object.entries(programs).find(([, module]) => id === `./${module}.js`)
    return other && { id: `./${other[0]}.js`, external: true }
  },
}

/**
 * The command runs on Node, and on what is like Node.
 *
 * @type {import('rolldown').Plugin}
 */
const nodePlatform = {
  name: 'node-platform',
  resolveId: (id) =>
    id === '#platform' || id === './page.js' ? resolve(COMPILED, 'host/platform/node.js') : undefined,
}

/** @param {Record<string, string>} modules - which files come of which modules */
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
    // What is read of a module and not used has no effect.
    treeshake: { propertyReadSideEffects: false },
    onLog: (_level, { code, message }) => {
      // The command asks for its platform by name as well, so that it is in the same file.
      if (code !== 'INEFFECTIVE_DYNAMIC_IMPORT') throw new Error(message)
    },
    ...input,
  })
  await bundle.write({
    dir: 'dist',
    // What bundlers read in comments stays; the docs are with the types.
    comments: { legal: true, annotation: true, jsdoc: false },
    entryFileNames: '[name].js',
    ...output,
  })
}

// The library: its parts are shared by all who import it.
await put(
  {
    input: inputs({ ...Object.fromEntries(exported.map(({ file, module }) => [file, module])), ...hooks }),
    external,
    plugins,
  },
  {
    minifyInternalExports: false,
    chunkFileNames: 'chunk-[name].js',
    codeSplitting: {
      groups: Object.entries(CHUNKS).map(([name, paths]) => ({
        name,
        test: (id) => [id.replace(/\.js$/, ''), dirname(id)].some((path) => paths.includes(relative(COMPILED, path))),
        includeDependenciesRecursively: true,
      })),
    },
  },
)
// What the package's module says about itself: a guest has no other use for compiling it. See src/runtime/module.ts,
// which finds its platform in what was just written.
const { describeModule } = await import(resolve(COMPILED, 'runtime/module.js'))
const SHIPPED_DESCRIPTION = JSON.stringify(JSON.stringify(await describeModule()))

// Its programs, each in files of its own, since nobody shares them, and how soon they run is all that counts: to look
// over what is not wanted takes the engine 20 µs for a kB. What is written in lines stays so: Node prints the line that
// failed.
for (const [file, module] of Object.entries(programs)) {
  const reachesOut = file === 'cli-run'
  await put(
    {
      input: inputs({ [file]: module }),
      preserveEntrySignatures: 'allow-extension',
      external: reachesOut ? installed : external,
      plugins: [apart, ...(reachesOut ? [nodePlatform] : []), ...plugins],
      ...(reachesOut && { transform: { define: { SHIPPED_DESCRIPTION } } }),
    },
    {
      minify: { compress: true, mangle: true, codegen: false },
      chunkFileNames: `${file}-[name].js`,
      minifyInternalExports: false,
    },
  )
}
