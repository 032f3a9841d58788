/**
 * Clients of databases, unmodified, over `libuv-wasm/net` against the real servers: in processes of their own where
 * `node:net` is replaced, which have to end by themselves when all connections are closed.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { within } from '../support/deadline.js'
import { Program } from '../support/programs.js'
import { type Database, findProgram, PATIENCE, startMariadb, startPostgres, startRedis } from './servers.js'

jest.setTimeout(2 * PATIENCE)

/** Runs a program of test/faces/programs with `node:net` replaced, to its end. */
const run = async (name: string, ...args: readonly string[]): Promise<unknown> => {
  const path = ['--import', './dist/faces/net/register.js', `test/faces/programs/${name}.mjs`]
  const { code, stdout, stderr } = await within(
    new Program(process.execPath, [...path, ...args]).ended,
    PATIENCE,
    `${name} to end`,
  )
  return { code, stdout, stderr }
}

/** Tests with a server, or says why not. */
const withServer = (program: string, start: () => Promise<Database>, tests: (server: () => Database) => void): void => {
  const installed = findProgram(program) !== undefined
  const name = installed ? program : `${program}: not run, it is not installed (scripts/ensure-test-tools.sh)`
  const body = installed ? describe : describe.skip
  body(name, () => {
    let server: Database | undefined
    beforeAll(async () => {
      server = await start()
    }, PATIENCE)
    afterAll(() => server?.stop(), PATIENCE)
    tests(() => {
      if (server === undefined) throw new Error(`${program} was not started`)
      return server
    })
  })
}

const PASSWORD = 'a secret'

withServer(
  'postgres',
  () => startPostgres(PASSWORD),
  (server) => {
    test('pg', async () => {
      const { port, folder } = server()
      const answer = await run('pg', `${port}`, PASSWORD, join(folder, 'server.crt'))
      expect(answer).toEqual({ code: 0, stdout: 'pg is content\n', stderr: '' })
    })
  },
)

withServer('redis-server', startRedis, (server) => {
  test('ioredis', async () => {
    expect(await run('ioredis', `${server().port}`)).toEqual({ code: 0, stdout: 'ioredis is content\n', stderr: '' })
  })
})

withServer('mariadbd', startMariadb, (server) => {
  test('mysql2', async () => {
    expect(await run('mysql2', `${server().port}`)).toEqual({ code: 0, stdout: 'mysql2 is content\n', stderr: '' })
  })
})
