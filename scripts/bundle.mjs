/**
 * Puts the compiled library of build/lib together into the few files of dist, which is what is published: Node's loader takes
 * 0.3 to 0.4 ms for each file. All lie in one folder, so that what names a file beside it (`new URL('./worker.js',
 * import.meta.url)`) finds it, wherever its code has come to.
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { rolldown } from 'rolldown'
import { exported, others } from './lib/entries.mjs'

const COMPILED = 'build/lib'

/**
 * What is loaded together. All else lies with who imports it.
 *
 * @type {{ name: string, test: RegExp }[]}
 */
const CHUNKS = [
  // What the command begins with.
  { name: 'command', test: /^(cli\/command|guest\/thread)$/ },
  // What everybody needs.
  {
    name: 'core',
    test: /^(abi|guard|kernel|runtime)\/|^host\/(?!bun|deno|node|real|virtual)[\w-]+$|^uv\/(errors|platform)$/,
  },
  // What guests have that are in no thread of their own.
  {
    name: 'guests',
    test: /^guest\/(?!direct|folder|host-server|message|patience|remote|ring|served|thread|worker|\w+-wire)/,
  },
  // What Deno and Bun have of Node's host, and threads.
  {
    name: 'node-base',
    test: /^host\/node\/(addresses|dns|errors|node-host|read-buffers|send-now|time|transport|unix-files)$/,
  },
]

/** What is imported when it runs: what is installed with the package, and what package.json chooses. */
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const external = ['#platform', ...Object.keys(dependencies), /^node:/]

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

const modules = { ...Object.fromEntries(exported.map(({ file, module }) => [file, module])), ...others }
const bundle = await rolldown({
  input: Object.fromEntries(Object.entries(modules).map(([file, module]) => [file, `${COMPILED}/${module}.js`])),
  external,
  platform: 'node',
  tsconfig: false,
  plugins: [builtins],
  onLog: (_level, { message }) => {
    throw new Error(message)
  },
})
await bundle.write({
  dir: 'dist',
  // What bundlers read in comments stays; the docs are with the types.
  minifyInternalExports: false,
  comments: { legal: true, annotation: true, jsdoc: false },
  entryFileNames: '[name].js',
  chunkFileNames: 'chunk-[name].js',
  codeSplitting: {
    groups: CHUNKS.map(({ name, test }) => ({
      name,
      test: (id) => test.test(relative(COMPILED, id).replace(/\.js$/, '')),
    })),
  },
})
