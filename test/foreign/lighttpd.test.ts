/** lighttpd as a guest, used by curl and ab of this machine. */
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { freePort } from '../support/free-port.js'
import { Process } from '../support/process.js'
import { describePrograms, freshFolder, startGuest } from './support/guests.js'

describePrograms('lighttpd', (on) => {
  const folder = freshFolder()

  test('serves files, parts of files and lists of folders', async () => {
    const port = await freePort()
    const page = randomBytes(300_000)
    await mkdir(`${folder()}/www/more`, { recursive: true })
    await writeFile(`${folder()}/www/page.bin`, page)
    await writeFile(`${folder()}/www/more/one.txt`, 'one\n')
    const settings = [
      `server.document-root = "/site/www"`,
      `server.bind = "127.0.0.1"`,
      `server.port = ${port}`,
      `server.upload-dirs = ("/site")`,
      `server.modules = ("mod_indexfile", "mod_dirlisting", "mod_staticfile")`,
      `dir-listing.activate = "enable"`,
      `mimetype.assign = (".txt" => "text/plain")`,
    ]
    await writeFile(`${folder()}/lighttpd.conf`, `${settings.join('\n')}\n`)
    const grants = [`--allow-listen=127.0.0.1:${port}`, '--dir', `${folder()}:/site`]
    const server = startGuest(on, 'lighttpd', grants, ['-D', '-f', '/site/lighttpd.conf'])
    await server.complains(/(server started)/)

    const get = async (...args: readonly string[]): Promise<Buffer> => {
      const curl = new Process('curl', ['-sS', ...args])
      expect(await curl.end).toMatchObject({ code: 0, errors: '' })
      return curl.bytes
    }
    const site = `http://127.0.0.1:${port}`
    expect((await get(`${site}/page.bin`)).equals(page)).toBe(true)
    expect((await get('-r', '1000-1999', `${site}/page.bin`)).equals(page.subarray(1000, 2000))).toBe(true)
    expect(String(await get(`${site}/more/`))).toMatch(/one\.txt/)
    expect(String(await get('-o', '/dev/null', '-w', '%{http_code} %{content_type}', `${site}/more/one.txt`))).toBe(
      '200 text/plain',
    )
    expect(String(await get('-o', '/dev/null', '-w', '%{http_code}', `${site}/none`))).toBe('404')
  })
})
