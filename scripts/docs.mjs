/** `make docs`: writes the API reference into build/docs, from the TSDoc of the package's exports. */
import { Application, Converter, ReflectionKind } from 'typedoc'
import { exported } from './lib/entries.mjs'

/** The import name of each module, for example `src/faces/net`: `libuv-wasm/net`. @type {Map<string, string>} */
const names = new Map(exported.map(({ name, module }) => [`src/${module}`, name]))

const reference = await Application.bootstrapWithPlugins({
  entryPoints: [...names.keys()].map((path) => `${path}.ts`),
  tsconfig: 'tsconfig.build.json',
  name: 'libuv-wasm',
  readme: 'README.md',
  projectDocuments: ['docs/*.md'],
  highlightLanguages: ['typescript', 'javascript', 'c', 'console', 'shellscript'],
  // `make check ONLY=types` checks them.
  skipErrorChecking: true,
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeExternals: true,
  // Warnings are about links to internal symbols and to directories. check-tsdoc reports links that do not resolve.
  logLevel: 'Error',
})
reference.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  // Members named by one of our symbols, such as [INSTANCE], are internal.
  for (const member of project.getReflectionsByKind(ReflectionKind.ClassMember)) {
    if (/^\[[A-Z_]+\]$/.test(member.name)) project.removeReflection(member)
  }
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    module.name = names.get(`src/${module.name}`) ?? module.name
  }
  for (const guide of project.documents ?? []) {
    const [first] = guide.content
    guide.name = first?.text.match(/^# (.*)/)?.[1] ?? guide.name
  }
})
const project = await reference.convert()
if (project === undefined)
  throw new Error('Cannot write the reference: the sources do not compile; run `make check ONLY=types`')
await reference.generateDocs(project, 'build/docs')
if (reference.logger.hasErrors()) process.exit(1)
const symbols = project.getReflectionsByKind(ReflectionKind.SomeExport | ReflectionKind.ClassMember)
console.log(`build/docs/index.html: ${symbols.length} symbols and members`)
