/** The bundlers under test: each bundles the example page, and the README's first program for Node. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import esbuild from 'esbuild'
import { APP, tool } from './stage.mjs'

/** The module. For a bundler that does not find it, it is copied to the bundle's directory. */
const MODULE = join(APP, 'node_modules/libuv-wasm/dist/libuv.wasm')

/**
 * @typedef {object} Bundler
 * @property {() => Promise<string>} version
 * @property {(out: string) => Promise<void>} page - bundles the page
 * @property {(out: string) => Promise<void>} node - bundles the first program as first.mjs
 */

/** @param {string} out @param {(html: string) => string} [edit] - does the work of the bundler's HTML plugins */
const copyPage = (out, edit = (html) => html) => {
  writeFileSync(join(out, 'index.html'), edit(readFileSync(join(APP, 'page/index.html'), 'utf8')))
  cpSync(join(APP, 'page/page.css'), join(out, 'page.css'))
}

/** @type {Record<'esbuild' | 'vite' | 'webpack', Bundler>} */
export const bundlers = {
  esbuild: {
    version: async () => esbuild.version,
    page: async (out) => {
      await esbuild.build({ entryPoints: [join(APP, 'page/page.js')], bundle: true, format: 'esm', outdir: out })
      cpSync(MODULE, join(out, 'libuv.wasm'))
      copyPage(out)
    },
    node: async (out) => {
      const entryPoints = [join(APP, 'readme-1.mjs')]
      const options = /** @type {const} */ ({ bundle: true, platform: 'node', format: 'esm' })
      await esbuild.build({ entryPoints, ...options, outfile: join(out, 'first.mjs') })
      cpSync(MODULE, join(out, 'libuv.wasm'))
    },
  },
  vite: {
    version: async () => (await tool('vite')).version,
    page: async (out) => {
      const { build } = await tool('vite')
      await build({ root: join(APP, 'page'), base: './', logLevel: 'error', build: { outDir: out } })
    },
    node: async (out) => {
      const { build } = await tool('vite')
      await build({
        root: APP,
        logLevel: 'error',
        build: { outDir: out, ssr: 'readme-1.mjs', rolldownOptions: { output: { entryFileNames: 'first.mjs' } } },
      })
    },
  },
  webpack: {
    version: async () => (await tool('webpack')).default.version,
    page: async (out) => {
      await webpack({ entry: join(APP, 'page/page.js'), output: { path: out, filename: 'page.js' } })
      copyPage(out, (html) => html.replace('type="module"', 'defer'))
    },
    node: (out) =>
      webpack({
        entry: join(APP, 'readme-1.mjs'),
        target: 'node20',
        output: { path: out, filename: 'first.mjs', module: true, chunkFormat: 'module' },
        experiments: { outputModule: true },
      }),
  },
}

/** @param {object} configuration */
const webpack = async (configuration) => {
  const { default: run } = await tool('webpack')
  const stats = await promisify(run)({ mode: 'production', context: APP, ...configuration })
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString('errors-warnings'))
}

/** The directory for a bundle, which is created. @param {string} name */
export const bundleFolder = (name) => {
  const folder = join(APP, 'bundles', name)
  mkdirSync(folder, { recursive: true })
  return folder
}
