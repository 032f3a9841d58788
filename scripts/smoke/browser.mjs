/** Opens a bundled example page in Chromium, waits for its conversation, uses its form, closes it, saves pictures. */
import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { PICTURES, tool } from './stage.mjs'

const DEADLINE = 30_000
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' }

/** @returns {Promise<string>} */
export const chromiumVersion = async () =>
  execFileSync('chromium', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).match(
    /[\d.]+/,
  )?.[0] ?? ''

/**
 * @param {string} folder - the site
 * @param {string} picture - the name of the screenshots
 * @returns {Promise<string>} what the page showed
 */
export const watchPage = (folder, picture) =>
  inChromium(folder, async (open) => {
    const { page, complaints } = await open('', { viewport: { width: 1000, height: 900 }, reducedMotion: 'reduce' })
    await page.waitForSelector('html:is([data-state=played], [data-state=failed])')
    await page.screenshot({ path: join(PICTURES, `${picture}.png`) })

    await page.fill('input[name=Grace]', 'Goodbye from Chromium.')
    await page.press('input[name=Grace]', 'Enter')
    await page.waitForSelector('[aria-label="server to Ada: Goodbye from Chromium."]')
    await page.click('#close')
    await page.waitForSelector('html[data-state=closed]')
    await page.screenshot({ path: join(PICTURES, `${picture}-closed.png`) })
    const facts = await page.textContent('#facts')
    const steps = await page.locator('#steps li').count()
    if (complaints.length > 0) throw new Error(complaints.join('\n'))
    if (!/(?<!\d)0 handles0 descriptors0 blocks/.test(facts)) throw new Error(`not everything was closed: ${facts}`)
    return `${steps} arrows, build/smoke/${picture}.png`
  })

/** @typedef {(path: string, options: object) => Promise<{ page: any, complaints: string[] }>} OpenPage */

/**
 * Serves a folder, and opens its pages in Chromium.
 *
 * @template Seen
 * @param {string} folder - the site
 * @param {(open: OpenPage) => Promise<Seen>} look - looks at pages, which it opens with a path; `complaints` has the
 *   errors and messages of a page
 * @returns {Promise<Seen>}
 */
export const inChromium = async (folder, look) => {
  execFileSync('scripts/ensure-tool.sh', ['chromium', 'chromium'], { stdio: 'inherit' })
  const { default: playwright } = await tool('playwright-core')
  const executablePath = execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim()
  const site = await serve(folder)
  const browser = await playwright.chromium
    .launch({ executablePath, args: ['--no-sandbox'] })
    .catch((/** @type {unknown} */ error) => {
      site.close()
      throw error
    })
  try {
    return await look(async (path, options) => {
      const page = await browser.newPage(options)
      page.setDefaultTimeout(DEADLINE)
      /** @type {string[]} */
      const complaints = []
      page.on('pageerror', (/** @type {Error} */ error) => complaints.push(error.message))
      page.on('console', (/** @type {{ text: () => string }} */ message) => complaints.push(message.text()))
      await page.goto(`http://127.0.0.1:${site.port}/${path}`)
      return { page, complaints }
    })
  } finally {
    await browser.close()
    site.close()
  }
}

/** Serves a directory on loopback. @param {string} folder */
const serve = async (folder) => {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const file = join(folder, path === '/' ? 'index.html' : path)
    if (!existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': Reflect.get(TYPES, extname(file)) ?? 'application/octet-stream' })
    createReadStream(file).pipe(response)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the site has no port')
  return { port: address.port, close: () => server.close() }
}
