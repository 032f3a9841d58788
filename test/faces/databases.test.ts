/**
 * Unmodified clients of databases, over `libuv-wasm/net`, with the real servers. Each runs in a process with a replaced
 * `node:net`, which has to end by itself when all connections are closed.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { content, runProgram, runProgramWith } from './support/run-program.js'
import {
  type Database,
  findProgram,
  newFolder,
  PATIENCE,
  startMariadb,
  startPostgres,
  startRedis,
} from './support/servers.js'

jest.setTimeout(2 * PATIENCE)

/** Runs tests with a server, or skips them with the reason. */
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
    test('answers the client pg', async () => {
      const { port, folder } = server()
      const answer = await runProgram('pg', `${port}`, PASSWORD, folder)
      expect(answer).toEqual(content('pg'))
    })
  },
)

withServer('redis-server', startRedis, (server) => {
  test('answers the client ioredis', async () => {
    expect(await runProgram('ioredis', `${server().port}`, join(server().folder, 'socket'))).toEqual(content('ioredis'))
  })

  test('is not needed once ioredis was recorded', async () => {
    const { port, folder } = server()
    const own = newFolder()
    const file = join(own, 'run.uvtrace')
    const play = (variable: string) =>
      runProgramWith({ [variable]: file }, 'ioredis', `${port}`, join(folder, 'socket'))
    expect(await play('UVWASM_RECORD')).toEqual(content('ioredis'))
    await server().stop()
    expect(await play('UVWASM_REPLAY')).toEqual(content('ioredis'))
    rmSync(own, { recursive: true })
  })
})

withServer('mariadbd', startMariadb, (server) => {
  test('answers the client mysql2', async () => {
    expect(await runProgram('mysql2', `${server().port}`, join(server().folder, 'socket'))).toEqual(content('mysql2'))
  })
})
