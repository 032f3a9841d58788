import { exported, hooks, programs } from './scripts/lib/entries.mjs'

/** The layers of src/, lowest first: a file imports from its own layer and from lower ones. Types count like values. */
const layers = [
  'base',
  'abi',
  'host',
  'guard',
  'remote',
  'kernel',
  'wasi',
  'runtime',
  'uv',
  'faces',
  'guest',
  'plugin',
  'sim',
  'cli',
]

/** Layers that only some of the higher ones know: the others work over any host, wrapped or not, near or far. */
const sealed = { guard: ['uv', 'faces', 'guest', 'plugin', 'sim', 'cli'], remote: ['guest', 'plugin'], faces: [] }

/** The platforms, each of which has a folder of its own in src/host, and one file beside it that is its entry point. */
const platforms = ['node', 'deno', 'bun', 'virtual']

/** Where one comes in. */
const entryPoints = `^src/(?:${[...exported.map(({ module }) => module), ...Object.values({ ...hooks, ...programs })].join('|')})\\.ts$`

/** @param {string} layer */
const closedTo = (layer) => [
  ...layers.slice(layers.indexOf(layer) + 1),
  ...Object.entries(sealed).flatMap(([other, users]) => (other === layer || users.includes(layer) ? [] : other)),
]

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layers.map((layer) => ({
      name: `${layer}-looks-up`,
      comment: `src/${layer} may not import from ${closedTo(layer).join(', ')}: imports point one way (ARCHITECTURE.md).`,
      severity: /** @type {const} */ ('error'),
      from: { path: `^src/${layer}/` },
      to: { path: `^src/(?:${closedTo(layer).join('|')})(?:/|\\.ts$)` },
    })),
    ...platforms.map((platform) => ({
      name: `${platform}-is-private`,
      comment: `Only src/host/${platform}.ts, its folder, and src/host/platform know what is in src/host/${platform}; of virtual also virtual-world.ts.`,
      severity: /** @type {const} */ ('error'),
      from: { path: '^src/', pathNot: `^src/host/(?:${platform}(?:/|-world\\.ts$|\\.ts$)|platform/)` },
      to: { path: `^src/host/${platform}/` },
    })),
    {
      name: 'unknown-layer',
      comment: `A file of src/ is in a layer (${layers.join(', ')}) or is index.ts or cli.ts.`,
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: `^src/(?:(?:${layers.join('|')})/|index\\.ts$|cli\\.ts$)` },
    },
    {
      name: 'index-is-an-entry-point',
      comment: 'Inside src/, import the file that has it: index.ts only says what is public.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli\\.ts$' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'no-cycle',
      comment:
        'Two files that need each other are one file, or miss a third. A type may look back: a handle knows its loop.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphan',
      comment: 'Nothing that is public leads here: it is dead, or src/index.ts forgot it.',
      severity: 'error',
      from: { path: entryPoints },
      to: { path: '^src/', pathNot: entryPoints, reachable: false },
    },
    {
      name: 'src-stands-alone',
      comment: 'The library imports nothing that is not shipped with it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:test|scripts|examples|bench|build|dist)/' },
    },
    {
      name: 'src-needs-no-dev-dependency',
      comment:
        'What src/ imports must be in "dependencies", or in dist as ipaddr.js, pure-rand and tinypool are, or its users do not have it.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '@types/|ipaddr.js|pure-rand|tinypool',
      },
    },
    {
      name: 'portable',
      comment: 'Only a host, the loader and the outermost layers may know a platform: the rest runs in a page too.',
      severity: 'error',
      from: {
        path: '^src/(?:base|abi|guard|kernel|uv)/|^src/host/(?:contract|connection|virtual)|^src/wasi/(?!fs/(?:host-directories|disk/))',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'resolves',
      comment: 'What is imported exists.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:dist|build)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
