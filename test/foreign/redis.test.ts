/** Redis' server, client and benchmark as guests, each with the native others. */
import { expect, test } from '@jest/globals'
import { freePort } from '../support/free-port.js'
import { type End, Process } from '../support/process.js'
import { describePrograms, freshFolder, startGuest } from './support/guests.js'

describePrograms('redis', (on) => {
  const folder = freshFolder()

  const options = (port: number): readonly string[] => ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '']

  /** Starts a guest as the server, whose database is in the folder. */
  const startServer = async (port: number): Promise<Process> => {
    const grants = [`--allow-listen=127.0.0.1:${port}`, '--dir', `${folder()}:/data:rw`]
    const server = startGuest(on, 'redis-server', grants, [...options(port), '--dir', '/data'])
    await server.says(/(Ready to accept connections)/)
    return server
  }

  /** What the native client prints. */
  const ask = async (port: number, ...words: readonly string[]): Promise<string> => {
    const client = new Process('redis-cli', ['-p', `${port}`, ...words])
    client.child.stdin.end()
    return (await client.end).output.trimEnd()
  }

  test('the server answers the native client, and runs its scripts', async () => {
    const port = await freePort()
    await startServer(port)
    expect(await ask(port, 'set', 'word', 'hello')).toBe('OK')
    expect(await ask(port, 'append', 'word', ' world')).toBe('11')
    expect(await ask(port, 'eval', "return {KEYS[1], redis.call('get', KEYS[1]), #ARGV}", '1', 'word', 'a', 'b')).toBe(
      'word\nhello world\n2',
    )
    expect(
      await ask(
        port,
        'eval',
        "for i = 1, 5000 do redis.call('rpush', 'list', i) end return redis.call('llen', 'list')",
        '0',
      ),
    ).toBe('5000')
    expect(await ask(port, 'unlink', 'list')).toBe('1')
    // A guest cannot fork.
    expect(await ask(port, 'bgsave')).not.toMatch(/^Background saving started/)
    expect(await ask(port, 'ping')).toBe('PONG')
  })

  test('the server passes the native benchmark', async () => {
    const port = await freePort()
    await startServer(port)
    const benchmark = new Process('redis-benchmark', [
      '-p',
      `${port}`,
      '-n',
      '2000',
      '--csv',
      '-t',
      'ping,set,get,lpush,lrange_100,mset',
    ])
    const { code, output } = await benchmark.end
    expect(code).toBe(0)
    expect(output.match(/^"[A-Z].*","\d+\.\d+"/gm)?.length).toBeGreaterThanOrEqual(6)
    expect(await ask(port, 'dbsize')).toMatch(/^[1-9]/)
  })

  const FILL = ['eval', "for i = 1, 3000 do redis.call('set', 'key' .. i, string.rep('x', i)) end return 'filled'", '0']

  test('the server loads the database that it has saved', async () => {
    const port = await freePort()
    const first = await startServer(port)
    expect(await ask(port, ...FILL)).toBe('filled')
    expect(await ask(port, 'save')).toBe('OK')
    expect(await ask(port, 'shutdown', 'nosave')).toBe('')
    expect((await first.end).code).toBe(0)

    const again = await freePort()
    await startServer(again)
    expect(await ask(again, 'dbsize')).toBe('3000')
    expect(await ask(again, 'strlen', 'key2999')).toBe('2999')
  })

  test('the server loads the database of a native one', async () => {
    const port = await freePort()
    const first = new Process('redis-server', options(port), { cwd: folder() })
    await first.says(/(Ready to accept connections)/)
    expect(await ask(port, ...FILL)).toBe('filled')
    expect(await ask(port, 'shutdown', 'save')).toBe('')
    await first.end

    const again = await freePort()
    await startServer(again)
    expect(await ask(again, 'dbsize')).toBe('3000')
  })

  test('the client and the benchmark use a native server', async () => {
    const port = await freePort()
    const server = new Process('redis-server', options(port), { cwd: folder() })
    await server.says(/(Ready to accept connections)/)
    const grants = [`--allow-connect=127.0.0.1:${port}`]
    const client = (input: string, ...words: readonly string[]): Promise<End> => {
      const client = startGuest(on, 'redis-cli', grants, ['-p', `${port}`, ...words])
      client.child.stdin.end(input)
      return client.end
    }
    expect(await client('', 'set', 'a', '1')).toMatchObject({ code: 0, output: 'OK\n' })
    expect((await client('incr a\nget a\nget missing\n')).output).toBe('2\n2\n\n')
    const benchmark = startGuest(on, 'redis-benchmark', grants, [
      '-p',
      `${port}`,
      '-n',
      '2000',
      '--csv',
      '-t',
      'set,get',
    ])
    const { code, output } = await benchmark.end
    expect(output).toMatch(/"GET","\d+/)
    expect(code).toBe(0)
  })
})
