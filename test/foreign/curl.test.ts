/** curl as a guest, with a server of node:http. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type End, Process } from '../support/process.js'
import { describePrograms, freshFolder, startGuest } from './support/guests.js'

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describePrograms('curl', (on) => {
  const folder = freshFolder()
  const page = randomBytes(1_000_000)
  let server: http.Server
  let port = 0

  // GET answers with the page, and whatever sends a body with the body's length and digest.
  beforeEach(async () => {
    await mkdir(`${folder()}/etc`)
    server = http.createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      if (request.url === '/moved') response.writeHead(302, { location: '/page' }).end()
      else if (request.method === 'GET') response.end(page)
      else response.end(`${request.method} ${body.length} ${digest(body)}\n`)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const start = (...args: readonly string[]): Process =>
    startGuest(
      on,
      'curl',
      ['--allow-net', '--dir', `${folder()}:/work:rw`, '--dir', `${folder()}/etc:/etc`],
      ['-sS', ...args],
    )

  const curl = (...args: readonly string[]): Promise<End> => {
    const command = start(...args)
    command.child.stdin.end()
    return command.end
  }

  test('writes a download to its output', async () => {
    const command = start('-L', `http://127.0.0.1:${port}/moved`)
    expect(await command.end).toMatchObject({ code: 0, errors: '' })
    expect(digest(command.bytes)).toBe(digest(page))
  })

  test('writes a download into a folder of the host', async () => {
    expect(await curl('-o', '/work/page', `http://127.0.0.1:${port}/`)).toMatchObject({ code: 0, errors: '' })
    expect(digest(await readFile(`${folder()}/page`))).toBe(digest(page))
  })

  test('uploads 3 MB of a file', async () => {
    const body = randomBytes(3_000_000)
    await writeFile(`${folder()}/body`, body)
    const { code, output } = await curl('-T', '/work/body', `http://127.0.0.1:${port}/`)
    expect(output).toBe(`PUT 3000000 ${digest(body)}\n`)
    expect(code).toBe(0)
  })

  test('uploads its input as it comes', async () => {
    const body = randomBytes(500_000)
    const command = start('--data-binary', '@-', `http://127.0.0.1:${port}/`)
    command.child.stdin.end(body)
    expect((await command.end).output).toBe(`POST 500000 ${digest(body)}\n`)
  })

  test('finds the addresses of a name', async () => {
    const { output } = await curl(
      '-o',
      '/work/page',
      '-w',
      '%{http_code} %{size_download} %{remote_ip}',
      `http://localhost:${port}/`,
    )
    expect(output).toBe('200 1000000 127.0.0.1')
    // curl knows localhost by itself. Other names are asked for, here in a file of the guest's.
    await writeFile(`${folder()}/etc/hosts`, '127.0.0.1 page.test\n')
    expect((await curl('-o', '/work/page', '-w', '%{http_code}', `http://page.test:${port}/`)).output).toBe('200')
    const resolved = ['--resolve', `example.test:${port}:127.0.0.1`, `http://example.test:${port}/`]
    expect((await curl('-o', '/work/page', '-w', '%{http_code}', ...resolved)).output).toBe('200')
  })

  test.each([
    ['a refused connection', ['http://127.0.0.1:1/']],
    ['an unknown protocol', ['unknown://127.0.0.1/']],
  ])('fails as natively: %s', async (_name, args) => {
    const native = new Process('curl', ['-sS', ...args])
    const guest = start(...args)
    expect((await guest.end).code).toBe((await native.end).code)
  })
})
