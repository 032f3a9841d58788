/**
 * Checks the size of the shipped module against the size committed in scripts/size.json. A change of more than 3 % is
 * either a mistake, or to be explained in the commit that runs `make size-update`. There is a hard limit too.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { conclude } from '../lib/report.mjs'

const LIMIT = 65_536
const TOLERANCE = 0.03
const COMMITTED = 'scripts/size.json'
const MODULE = 'wasm/build/release/libuv.wasm'

/** @typedef {{ emcc: string, raw: number, brotli: number }} Size */

/** @returns {Size} */
const measure = () => {
  const bytes = readFileSync(MODULE)
  const emcc = execFileSync('emcc', ['--version'], { encoding: 'utf8' }).match(/\d+\.\d+\.\d+/)?.[0] ?? 'unknown'
  return { emcc, raw: bytes.length, brotli: brotliCompressSync(bytes).length }
}

/**
 * @param {'raw' | 'brotli'} figure
 * @param {Size} is
 * @param {Size} was
 * @returns {string[]}
 */
const compare = (figure, is, was) => {
  const change = is[figure] / was[figure] - 1
  if (Math.abs(change) <= TOLERANCE) return []
  const percent = `${change > 0 ? '+' : ''}${(change * 100).toFixed(1)} %`
  return [
    `${MODULE}: ${is[figure]} bytes ${figure}, ${percent} against ${COMMITTED}: correct this, or run \`make size-update\` and explain the change in the commit`,
  ]
}

/**
 * @param {Size} size
 * @returns {string[]}
 */
const check = (size) => {
  const tooBig = size.raw > LIMIT ? [`${MODULE}: ${size.raw} bytes raw, over the limit of ${LIMIT}`] : []
  if (!existsSync(COMMITTED)) return [...tooBig, `${COMMITTED} is missing: \`make size-update\` writes it`]
  /** @type {Size} */
  const was = JSON.parse(readFileSync(COMMITTED, 'utf8'))
  // A different compiler or libuv produces a different module, for which only the hard limit applies.
  if (size.emcc !== was.emcc || process.env.LIBUV_DIR) return tooBig
  return [...tooBig, ...compare('raw', size, was), ...compare('brotli', size, was)]
}

if (!existsSync(MODULE)) {
  conclude([`${MODULE} is missing: \`make wasm\` builds it`], '')
} else {
  const size = measure()
  const update = process.argv.includes('--update')
  if (update) writeFileSync(COMMITTED, `${JSON.stringify(size, null, 2)}\n`)
  conclude(check(size), `${size.raw} bytes raw (limit ${LIMIT}), ${size.brotli} brotli, by emcc ${size.emcc}`)
}
