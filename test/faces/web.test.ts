/** Unmodified libraries for HTTP, TLS and WebSocket over `libuv-wasm/net` on both sides, and WinterTC's sockets. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest } from '@jest/globals'
import { testWith } from '../support/programs.js'
import { content, runProgram } from './support/run-program.js'
import { makeCertificate, newFolder, PATIENCE } from './support/servers.js'

jest.setTimeout(PATIENCE)

const folder = newFolder()
const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')]

beforeAll(() => makeCertificate(key, certificate))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

for (const [name, needs] of [
  ['http', 'curl'],
  ['tls', 'openssl'],
  ['ws', 'openssl'],
  ['undici', 'openssl'],
  ['sockets', 'openssl'],
] as const) {
  testWith(needs, `the program ${name} succeeds`, async () => {
    expect(await runProgram(name, key, certificate)).toEqual(content(name))
  })
}
