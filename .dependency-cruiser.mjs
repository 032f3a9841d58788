import { exported, hooks, programs } from './scripts/lib/entries.mjs'

/**
 * The rooms of src/ and which way imports point: down this list, never up. `guard` stands beside the kernel: it wraps hosts
 * and nobody below `uv` knows it. Types count like values.
 */
const above = {
  abi: ['host', 'guard', 'kernel', 'runtime', 'uv', 'faces', 'guest', 'cli'],
  host: ['guard', 'kernel', 'runtime', 'uv', 'faces', 'guest', 'cli'],
  guard: ['kernel', 'runtime', 'uv', 'faces', 'guest', 'cli'],
  kernel: ['guard', 'runtime', 'uv', 'faces', 'guest', 'cli'],
  runtime: ['guard', 'uv', 'faces', 'guest', 'cli'],
  uv: ['faces', 'guest', 'cli'],
  faces: ['guest', 'cli'],
  guest: ['faces', 'cli'],
  cli: ['faces'],
}

/** Where one comes in. */
const doors = `^src/(?:${[...exported.map(({ module }) => module), ...Object.values({ ...hooks, ...programs })].join('|')})\\.ts$`
const rooms = Object.keys(above).join('|')

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(above).map(([room, closed]) => ({
      name: `${room}-looks-up`,
      comment: `src/${room} may not import from ${closed.join(', ')}: imports point one way (ARCHITECTURE.md).`,
      severity: /** @type {const} */ ('error'),
      from: { path: `^src/${room}/` },
      to: { path: `^src/(?:${closed.join('|')})(?:/|\\.ts$)` },
    })),
    {
      name: 'unknown-room',
      comment: `A file of src/ stands in a room (${rooms.replaceAll('|', ', ')}) or is index.ts or cli.ts.`,
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: `^src/(?:(?:${rooms})/|index\\.ts$|cli\\.ts$)` },
    },
    {
      name: 'index-is-a-door',
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
      from: { path: doors },
      to: { path: '^src/', pathNot: doors, reachable: false },
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
      comment: 'What src/ imports must be in "dependencies", or in dist as ipaddr.js is, or its users do not have it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '@types/|ipaddr.js' },
    },
    {
      name: 'portable',
      comment: 'Only a host, the loader and the outermost rooms may know a platform: the rest runs in a page too.',
      severity: 'error',
      from: { path: '^src/(?:abi|guard|kernel|uv)/|^src/host/(?:host|virtual)' },
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
