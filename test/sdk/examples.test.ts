/** The C programs of examples/guests, compiled and run like their header comments describe. */
import { readdir } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { COMPILING, EXAMPLES, Workshop } from './support/workshop.js'

let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
  for (const source of await readdir(EXAMPLES)) {
    const program = source.replace(/c$/, 'wasm')
    const { code, stderr } = await workshop.uvcc('-Wall', '-Werror', join(EXAMPLES, source), '-o', program)
    if (code !== 0) throw new Error(`${source}: ${stderr}`)
  }
}, COMPILING)
afterAll(() => workshop.close())

test.each([
  ['hello', /^libuv \d+\.\d+\.\d+ says hello\n$/],
  ['timers', /^(ring \d after \d+ ms\n){3}swept floors in between\n$/],
  ['idle', /^2262 primes below 20000\n$/],
  ['work', /^(piece [012] is 333833500\n|some of it is done\n)+piece 3 was cancelled\n$/],
  ['filter', /^ONE\nTWO\n$/],
])('%s prints the expected output', async (name, output) => {
  const { code, stdout, stderr } = await workshop.guest(`${name}.wasm`)
  expect([stderr, code]).toEqual(['', 0])
  expect(stdout).toMatch(output)
})

test('echo without a permission prints the flag that it needs', async () => {
  const { code, stdout, stderr } = await workshop.guest('echo.wasm')
  expect([stdout, code]).toEqual(['', 1])
  expect(stderr).toMatch('--allow-listen=127.0.0.1:0')
  expect(stderr).toMatch('permission denied')
})

test('get prints a page', async () => {
  const server = http.createServer((request, response) => response.end(`you asked for ${request.url}`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  try {
    const grant = `--allow-connect=127.0.0.1:${port}`
    const { code, stdout } = await workshop.guest('get.wasm', [grant], ['localhost', port, '/a/page'])
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nyou asked for \/a\/page$/)
    expect(code).toBe(0)
  } finally {
    server.close()
  }
})
