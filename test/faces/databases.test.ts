/**
 * Clients of databases, unmodified, over `libuv-wasm/net` against the real servers: in processes of their own where
 * `node:net` is replaced, which have to end by themselves when all connections are closed.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { content, runProgram } from './support/run-program.js'
import { type Database, findProgram, PATIENCE, startMariadb, startPostgres, startRedis } from './support/servers.js'

jest.setTimeout(2 * PATIENCE)

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
      const answer = await runProgram('pg', `${port}`, PASSWORD, folder)
      expect(answer).toEqual(content('pg'))
    })
  },
)

withServer('redis-server', startRedis, (server) => {
  test('ioredis', async () => {
    expect(await runProgram('ioredis', `${server().port}`, join(server().folder, 'socket'))).toEqual(content('ioredis'))
  })
})

withServer('mariadbd', startMariadb, (server) => {
  test('mysql2', async () => {
    expect(await runProgram('mysql2', `${server().port}`, join(server().folder, 'socket'))).toEqual(content('mysql2'))
  })
})
