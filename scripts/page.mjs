/** `npm run page`: bundles the example page into build/page and serves it on loopback (`-- --port 8000`). */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { context } from 'esbuild'

const PAGE = 'examples/page'
const SERVED = 'build/page'

const { values } = parseArgs({ options: { port: { type: 'string', default: '8000' } } })
mkdirSync(SERVED, { recursive: true })
for (const file of ['index.html', 'page.css']) copyFileSync(join(PAGE, file), join(SERVED, file))
// esbuild does not handle new URL(..., import.meta.url): the module must be in the bundle's directory.
copyFileSync('dist/libuv.wasm', join(SERVED, 'libuv.wasm'))
const bundle = await context({
  entryPoints: [join(PAGE, 'page.ts')],
  outdir: SERVED,
  bundle: true,
  format: 'esm',
  minify: true,
  // Ignore this project's tsconfig paths, which lead into src: resolve the package like its users.
  tsconfigRaw: {},
  logLevel: 'warning',
})
await bundle.rebuild()
const { port } = await bundle.serve({ host: '127.0.0.1', port: Number(values.port), servedir: SERVED })
console.log(`listening http://127.0.0.1:${port}/`)
