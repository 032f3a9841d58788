/**
 * Puts the compiled library of build/lib together into the few files of dist, which is what is published: Node's loader takes
 * 0.3 to 0.4 ms for each file. All lie in one folder, so that what names a file beside it (`new URL('./worker-thread.js',
 * import.meta.url)`) finds it, wherever its code has come to.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { rolldown } from 'rolldown'
import { exported, hooks, programs } from './lib/entries.mjs'

const COMPILED = 'build/lib'

/**
 * What is loaded together: an entry point with all that it imports, unless an earlier one has it. The first is what every
 * program needs, pages included. Everything else is stored with its importer.
 *
 * @type {Record<string, string>} an entry point, by the name of its chunk
 */
const CHUNKS = { core: 'index', node: 'host/node', guests: 'guest/guest' }

/** What is imported when it runs: what is installed with the package, and what package.json chooses. */
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const installed = [...Object.keys(dependencies), /^node:/]
const external = ['#platform', ...installed]

/**
 * Node's own modules as they are, and not as modules of ECMAScript: to make one of these Node reads each property of the
 * module, and that of `node:fs` and `node:util` loads its streams, colors and parsers. It is 9 ms of a start.
 *
 * @type {import('rolldown').Plugin}
 */
const builtins = {
  name: 'builtins',
  renderChunk(code) {
    const rendered = code.replace(
      /^import (?:\* as )?(\w+)?(?:, )?(\{[^}]*\})? from "(node:[a-z_/]+)";$/gm,
      (_, whole, names, module) =>
        [whole, names?.replaceAll(' as ', ': ')]
          .filter((pattern) => pattern !== undefined)
          .map((pattern) => `const ${pattern} = process.getBuiltinModule("${module}");`)
          .join('\n'),
    )
    if (/^import .*"node:/m.test(rendered)) throw new Error('a way to import a module of Node that is not known here')
    return rendered
  },
}

/**
 * The one module that is CommonJS as one of ECMAScript: else each bundle would begin with what can load any. It runs when
 * something of it is wanted, and few who start want any.
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
 * The platform of the command is known, so it need not wait until that is asked for.
 *
 * @type {import('rolldown').Plugin}
 */
const knownPlatform = {
  name: 'known-platform',
  transform: (code) =>
    code.includes("import('#platform')")
      ? `import * as platform from '#platform'\n${code.replaceAll(/import\('(#|.*\/)platform.*?'\)/g, 'platform')}`
      : undefined,
  resolveId: (id) => (id === '#platform' ? resolve(COMPILED, 'host/platform/node.js') : undefined),
}

/**
 * What the module says about itself is known as well: to compile it for that takes 1 ms, and a guest has no other use for it.
 *
 * @type {import('rolldown').Plugin}
 */
const knownModule = {
  name: 'known-module',
  async transform(code, id) {
    if (id !== resolve(COMPILED, 'runtime/module.js')) return
    const { describeModule } = await import(id)
    const asked = 'compileModule().then(readDescription)'
    if (!code.includes(asked)) throw new Error(`describeModule() does not call ${asked} any more`)
    const text = JSON.stringify(JSON.stringify(await describeModule()))
    return code.replace(asked, `Promise.resolve(JSON.parse(${text}))`)
  },
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
    onLog: (_level, { message }) => {
      throw new Error(message)
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
      groups: Object.entries(CHUNKS).map(([name, entry]) => ({
        name,
        test: (id) => id === resolve(COMPILED, `${entry}.js`),
        includeDependenciesRecursively: true,
      })),
    },
  },
)
// Its programs, each in files of its own, since nobody shares them, and how soon they run is all that counts: to look over what
// is not wanted takes the engine 20 µs for a kB. What is written in lines stays so: Node prints the line that failed.
for (const [file, module] of Object.entries(programs)) {
  const reachesOut = file === 'cli-run'
  await put(
    {
      input: inputs({ [file]: module }),
      preserveEntrySignatures: 'allow-extension',
      external: reachesOut ? installed : external,
      plugins: [apart, ...(reachesOut ? [knownPlatform, knownModule] : []), ...plugins],
    },
    {
      minify: { compress: true, mangle: true, codegen: false },
      chunkFileNames: `${file}-[name].js`,
      minifyInternalExports: false,
    },
  )
}
