/** Loops that are recorded in files and replayed from them, by one option or an environment variable. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from '@jest/globals'
import { Loop, type LoopOptions, TCP } from '../../../src/index.js'
import { compileModule } from '../../../src/runtime/module.js'
import { DivergenceError, TraceError } from '../../../src/sim/testing.js'
import { soon } from '../../support/deadline.js'
import { bytes, text } from '../../support/loops.js'
import { killProcesses, Process } from '../../support/process.js'

const module = compileModule(new URL('../../../wasm/build/debug/libuv.wasm', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'uvwasm-'))
afterAll(() => rmSync(folder, { recursive: true }))
killProcesses()

let files = 0
const fresh = (): string => join(folder, `${files++}.uvtrace`)

/** Sends a word to an echo server, both on one loop over real sockets. @returns what was seen */
const talk = async (options: LoopOptions, word = 'hello'): Promise<string> => {
  const loop = await Loop.open({ ...options, module: await module })
  const server = new TCP({ loop })
  server.bind(['127.0.0.1', 0])
  server.listen(1, () => {
    const peer = server.accept()
    peer.readStart((_peer, status, data) => void (status === 0 ? peer.write(data) : peer.close()))
  })
  const client = new TCP({ loop })
  const ask = async (): Promise<string> => {
    await client.connect(server.sockname)
    await client.write(bytes(word))
    for await (const chunk of client) return `${server.sockname.port} ${text(chunk)}`
    return 'nothing'
  }
  try {
    return await soon(Promise.race([ask(), loop.run().then(() => 'the loop has ended')]), 'the answer')
  } finally {
    await loop[Symbol.asyncDispose]()
  }
}

describe('a loop', () => {
  test('is recorded in a file, and replayed from it', async () => {
    const file = fresh()
    const seen = await talk({ record: file })
    expect(seen).toMatch(/^\d+ hello$/)
    expect(await talk({ replay: file })).toBe(seen)
  })

  test('that has sent more than goes at once is replayed', async () => {
    const file = fresh()
    const word = 'x'.repeat(5_000_000)
    const seen = await talk({ record: file }, word)
    expect(await talk({ replay: file }, word)).toBe(seen)
  })

  test('is recorded once, and replayed from then on', async () => {
    const file = fresh()
    const seen = await talk({ recordIfMissing: file })
    expect(await talk({ recordIfMissing: file })).toBe(seen)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  test('that does something else ends with the first difference', async () => {
    const file = fresh()
    await talk({ recordIfMissing: file })
    await expect(talk({ recordIfMissing: file }, 'Hello')).rejects.toThrow(DivergenceError)
  })

  test('is not opened over a file that is no recording, or none', async () => {
    const file = fresh()
    await expect(talk({ replay: file })).rejects.toThrow(/ENOENT/)
    writeFileSync(file, 'text')
    await expect(talk({ recordIfMissing: file })).rejects.toThrow(TraceError)
  })

  test.each([
    [{ record: '' }, /record "": it is not a path/],
    [{ record: 'a', replay: 'b' }, /record and replay together/],
  ])('refuses %j', async (options, message) => {
    await expect(talk(options)).rejects.toThrow(message)
  })
})

test('libuv-wasm/net is recorded and replayed by environment variables', async () => {
  const program = join(folder, 'program.mjs')
  const net = fileURLToPath(new URL('../../../dist/net.js', import.meta.url))
  writeFileSync(
    program,
    `import { connect, createServer } from ${JSON.stringify(net)}
     const server = createServer((peer) => peer.pipe(peer)).listen(0, '127.0.0.1', () => {
       const client = connect(server.address().port, '127.0.0.1', () => client.end(process.argv[2]))
       client.on('data', (data) => console.log(server.address().port, String(data)))
       client.on('close', () => server.close())
     })`,
  )
  const file = fresh()
  const run = (env: NodeJS.ProcessEnv, word: string) => new Process(process.execPath, [program, word], { env }).end
  const first = await run({ UVWASM_RECORD: file }, 'hello')
  expect(first).toMatchObject({ code: 0, output: expect.stringMatching(/^\d+ hello\n$/), errors: '' })
  expect(await run({ UVWASM_REPLAY: file }, 'hello')).toEqual(first)
  expect(await run({ UVWASM_RECORD_IF_MISSING: file }, 'hello')).toEqual(first)
  const other = await run({ UVWASM_REPLAY: file }, 'Hello')
  expect(other).toMatchObject({ code: 1, errors: expect.stringMatching(/DivergenceError: Cannot go on/) })
})
