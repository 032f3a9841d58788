/**
 * Bundles a page and serves it on loopback: `node scripts/page.mjs FOLDER [--port 8000] [--build]`. The bundle is in
 * the folder of the same name in build; with `--build` it is not served.
 */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { context } from 'esbuild'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '8000' }, build: { type: 'boolean', default: false } },
})
const [page = 'examples/page'] = positionals
const served = join('build', basename(page))
mkdirSync(served, { recursive: true })
for (const file of readdirSync(page))
  if (/\.(?:html|css)$/.test(file)) copyFileSync(join(page, file), join(served, file))
// esbuild does not handle new URL(..., import.meta.url): the module must be in the bundle's directory.
copyFileSync('dist/libuv.wasm', join(served, 'libuv.wasm'))
const bundle = await context({
  entryPoints: [join(page, 'page.ts')],
  outdir: served,
  bundle: true,
  format: 'esm',
  minify: true,
  // Ignore this project's tsconfig paths, which lead into src: resolve the package like its users.
  tsconfigRaw: {},
  logLevel: 'warning',
})
await bundle.rebuild()
if (values.build) await bundle.dispose()
else {
  const { port } = await bundle.serve({ host: '127.0.0.1', port: Number(values.port), servedir: served })
  console.log(`listening http://127.0.0.1:${port}/`)
}
