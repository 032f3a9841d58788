/**
 * Uses the page of examples/web in Chromium: plays, steps, goes back, changes the seed, follows a link by the keyboard.
 * Its hashes must be those of Node. Saves pictures at two widths.
 */
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from 'node:assert'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { inChromium } from './browser.mjs'
import { PICTURES } from './stage.mjs'

const SITE = 'build/web'
const LAB = 'build/web-node/lab.mjs'

/** A run with everything that can be changed. */
const LINK = 'seed=7&at=1200&do=100loss15,300latency90,400reading0,600cable0,700cable1,800power0,900power1,1000crowd8'

/** What a page may take in all, compressed, in bytes. */
const LARGEST = 300_000

/** The most milliseconds of work in a frame, for 95 of 100 frames. */
const FRAME = 8

/** @returns {Promise<string>} what the page showed */
export const watchLab = async () => {
  execFileSync('make', ['--silent', join(SITE, 'pinger.wasm')], { stdio: 'pipe' })
  execFileSync(process.execPath, ['scripts/page.mjs', 'examples/web', '--build'], { stdio: 'pipe' })
  const size = readdirSync(SITE).reduce((sum, file) => sum + gzipSync(readFileSync(join(SITE, file))).length, 0)
  ok(size < LARGEST, `the page takes ${size} bytes compressed`)
  const expected = await hashInNode()
  return inChromium(SITE, async (open) => {
    for (const [width, colorScheme] of [/** @type {const} */ ([1280, 'light']), /** @type {const} */ ([380, 'dark'])]) {
      const { page, complaints } = await open(`#${LINK}`, { viewport: { width, height: 900 }, colorScheme })
      await page.waitForSelector('html[data-state=paused]')
      deepStrictEqual([await stateOf(page), complaints], [{ state: 'paused', moment: '1200', hash: expected }, []])
      const wide = await page.evaluate('document.documentElement.scrollWidth')
      strictEqual(wide, width)
      await page.screenshot({ path: join(PICTURES, `lab-${width}.png`), fullPage: true })
      await page.close()
    }
    await useLab(open)
    const busy = await busyFrames(open)
    ok(busy < FRAME, `95 of 100 frames take up to ${busy.toFixed(1)} ms with 100 clients`)
    return `${Math.round(size / 1000)} kB, hash ${expected} as in Node, frames of ${busy.toFixed(1)} ms with 100 clients`
  })
}

/** The hash that Node gives for the same run. */
async function hashInNode() {
  const common = { bundle: true, format: /** @type {const} */ ('esm'), packages: /** @type {const} */ ('external') }
  // Resolved as a user of the package does: by its name, from within it.
  buildSync({ ...common, entryPoints: ['examples/web/lab.ts'], outfile: LAB, tsconfigRaw: {} })
  buildSync({ ...common, entryPoints: ['examples/web/link.ts'], outfile: 'build/web-node/link.mjs', tsconfigRaw: {} })
  const { Lab } = await import(pathToFileURL(resolve(LAB)).href)
  const { readLink } = await import(pathToFileURL(resolve('build/web-node/link.mjs')).href)
  const script = readLink(`#${LINK}`)
  const lab = new Lab(script, await WebAssembly.compile(readFileSync(join(SITE, 'pinger.wasm'))))
  await lab.go(script.at)
  const { hash } = lab
  await lab.close()
  return hash
}

/** @param {any} page @returns {Promise<Record<string, string>>} */
const stateOf = (page) => page.evaluate('({ ...document.documentElement.dataset })')

/** @param {any} page @param {number} moment */
const atMoment = (page, moment) => page.waitForSelector(`html[data-state=paused][data-moment="${moment}"]`)

/** @param {import('./browser.mjs').OpenPage} open */
async function useLab(open) {
  const { page, complaints } = await open('#seed=3&at=400', { viewport: { width: 1000, height: 900 } })
  await atMoment(page, 400)
  const { hash } = await stateOf(page)
  await page.click('#step')
  await page.waitForFunction('Number(document.documentElement.dataset.moment) > 400')
  notStrictEqual((await stateOf(page)).hash, hash)
  // Back, by the keyboard, to a moment that was there before.
  await page.fill('#position', '400')
  await atMoment(page, 400)
  strictEqual((await stateOf(page)).hash, hash)
  await page.uncheck('#cable')
  await page.focus('#play')
  await page.keyboard.press('Space')
  await page.waitForSelector('html[data-state=playing]')
  await page.waitForFunction('Number(document.documentElement.dataset.moment) > 500')
  await page.keyboard.press('Space')
  await page.waitForSelector('html[data-state=paused]')
  match(await page.evaluate('location.hash'), /^#seed=3&at=\d+&do=400cable0$/)
  match(await page.textContent('#log'), /cable pulled/)
  const changed = await stateOf(page)
  await page.reload()
  await atMoment(page, Number(changed.moment))
  strictEqual((await stateOf(page)).hash, changed.hash)
  await page.fill('#seed', '4')
  await page.press('#seed', 'Enter')
  await page.waitForSelector('html[data-state=playing]')
  match(await page.evaluate('location.hash'), /^#seed=4/)
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')])
  match(download.suggestedFilename(), /\.pcapng$/)
  deepStrictEqual(complaints, [])
  await page.close()
}

/**
 * How long the main thread works in a frame with 100 clients.
 *
 * @param {import('./browser.mjs').OpenPage} open
 * @returns {Promise<number>} milliseconds, the 95th percentile
 */
async function busyFrames(open) {
  const { page } = await open('#seed=1&do=1crowd98', { viewport: { width: 1000, height: 900 } })
  await page.waitForFunction("document.getElementById('peers').textContent === '100'")
  const session = await page.context().newCDPSession(page)
  /** @type {Traced[]} */
  const events = []
  session.on('Tracing.dataCollected', (/** @type {{ value: typeof events }} */ { value }) => void events.push(...value))
  const over = new Promise((done) => session.once('Tracing.tracingComplete', done))
  await session.send('Tracing.start', { traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] } })
  await page.waitForTimeout(4000)
  await session.send('Tracing.end')
  await over
  return percentile(framesOf(events), 0.95)
}

/**
 * An event of Chromium: `tdur` is the processor time of its thread, in microseconds.
 *
 * @typedef {{ name: string, ts: number, tdur?: number, tid: number, pid: number }} Traced
 */

/**
 * @param {Traced[]} events - of a browser with one page
 * @returns {number[]} the milliseconds of work of the page's main thread between one frame and the next
 */
function framesOf(events) {
  const begins = events.filter(({ name }) => name === 'FireAnimationFrame')
  const [{ tid: thread = 0, pid: process = 0 } = {}] = begins
  const times = begins.map(({ ts }) => ts).sort((one, other) => one - other)
  const tasks = events.filter(({ name, tid, pid }) => tid === thread && pid === process && /RunTask$/.test(name))
  ok(times.length > 60 && tasks.length > 60, `only ${times.length} frames and ${tasks.length} tasks were seen`)
  return times.slice(1).map((end, index) => {
    const begin = times[index] ?? end
    return tasks.reduce((sum, { ts, tdur = 0 }) => sum + (ts >= begin && ts < end ? tdur / 1000 : 0), 0)
  })
}

/** @param {number[]} values @param {number} part */
const percentile = (values, part) =>
  values.sort((one, other) => one - other)[Math.floor(values.length * part)] ?? Number.NaN
