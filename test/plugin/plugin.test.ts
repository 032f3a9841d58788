/** The life of a plugin: its events, how it is stopped, reloaded and found to be well. */
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Plugin as PluginType } from '../../src/plugin/plugin.js'
import type { PluginOptions } from '../../src/plugin/plugins.js'
import { Plugin } from '../guest/support/built.js'
import { until } from '../guest/support/stage.js'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'
import { soon } from '../support/deadline.js'
import { freePort } from '../support/free-port.js'

const running: PluginType[] = []

beforeAll(async () => void (await Promise.all(['services', 'behave', 'signals'].map(guestModule))), COMPILING)
afterEach(async () => {
  for (const plugin of running) plugin.kill()
  for (const { outcome } of running.splice(0)) await soon(outcome, 'the plugin to end')
})

const start = async (program: string, args: readonly string[], options: PluginOptions = {}): Promise<PluginType> => {
  const plugin = await Plugin.start(await guestModule(program), { ...options, args })
  running.push(plugin)
  return plugin
}

/** Sends a text to the plugin's service, and returns what comes back. */
const echo = async (plugin: PluginType, words: string): Promise<string> => {
  const stream = await plugin.connect()
  stream.end(words)
  return soon(text(stream), 'the echo')
}

describe.each(['thread', 'process'] as const)('a plugin in a %s', (isolation) => {
  test('serves its host application, and stops when it is asked to', async () => {
    const plugin = await start('services', ['echo', 'service:plugin'], { isolation })
    expect(await echo(plugin, 'hello')).toBe('hello')
    expect(await soon(plugin.health(), 'the health')).toMatch(/^(waiting|running)$/)
    expect(await soon(plugin.stop(), 'the end')).toEqual({ kind: 'stopped', code: 143 })
    expect(await plugin.health()).toBe('ended')
    await expect(plugin.connect()).rejects.toThrow(/ECONNREFUSED|ended/)
  })

  test('that computes without end is ended by a limit, which is told', async () => {
    const plugin = await start('behave', ['spin'], { isolation, limits: { iterationTime: 100 } })
    const limits: string[] = []
    plugin.on('limit', ({ limit }) => limits.push(limit))
    expect(await soon(plugin.outcome, 'the end')).toMatchObject({ kind: 'limit', limit: 'iterationTime' })
    expect(limits).toEqual(['iterationTime'])
  })

  test('is reloaded without a gap: what it has begun is finished by the old one', async () => {
    const plugin = await start('services', ['echo', 'service:plugin'], { isolation })
    const replaced: boolean[] = []
    plugin.on('exit', ({ isReplaced }) => replaced.push(isReplaced))
    expect(await echo(plugin, 'before')).toBe('before')
    await plugin.reload()
    expect(await echo(plugin, 'after')).toBe('after')
    await until(() => replaced.length === 1, 'the old one to end')
    expect(replaced).toEqual([true])
    expect(await soon(plugin.stop(), 'the end')).toMatchObject({ kind: 'stopped' })
    expect(replaced).toEqual([true, false])
  })

  test('is killed at once, and its port is free', async () => {
    const port = await freePort()
    let tell = (): void => {}
    const told = new Promise<void>((resolve) => {
      tell = resolve
    })
    const grant = { listen: [`127.0.0.1:${port}`] }
    const plugin = await start('echo', ['127.0.0.1', String(port)], { isolation, grant, onOutput: () => tell() })
    await soon(told, 'the port')
    plugin.kill()
    expect(await soon(plugin.outcome, 'the end')).toEqual({ kind: 'killed' })
    const server = net.createServer()
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
    server.close()
  })
})

test('a plugin that does not end when it is asked to is killed', async () => {
  // It cannot look at signals.
  const plugin = await start('behave', ['spin'], { limits: { iterationTime: Number.POSITIVE_INFINITY } })
  expect(await soon(plugin.stop({ timeout: 0 }), 'the end')).toMatchObject({
    kind: expect.stringMatching(/killed|stopped/),
  })
})

test('what is refused is an event, also before the start is reported, and a line of the audit log', async () => {
  const lines: string[] = []
  const refusals: string[] = []
  const plugin = await start('services', ['send', 'service:secret'], {
    name: 'spy',
    audit: (line) => lines.push(line),
    on: { refusal: ({ action, target }) => refusals.push(`${action} ${target}`) },
  })
  await soon(plugin.outcome, 'the end')
  expect(refusals).toEqual(['connect service:secret'])
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { guest: 'spy', action: 'connect', target: 'service:secret', verdict: 'deny' },
  ])
})

test('a plugin that computes does not answer, and its health says so', async () => {
  const plugin = await start('behave', ['spin'], { limits: { iterationTime: Number.POSITIVE_INFINITY } })
  // It has made a few calls before, and on a busy machine it has not begun yet.
  while (['running', 'waiting'].includes(await plugin.health(200)));
  expect(await plugin.health(200)).toMatch(/^(unresponsive|busy)$/)
})

test('a listener is called until it is removed, and may throw', async () => {
  const plugin = await start('services', ['echo', 'service:plugin'])
  const ends: string[] = []
  const remove = plugin.on('exit', () => ends.push('removed'))
  plugin.on('exit', ({ outcome }) => ends.push(outcome.kind))
  remove()
  plugin.kill()
  await soon(plugin.outcome, 'the end')
  expect(ends).toEqual(['killed'])
})

test.each([
  [{ nmae: 'x' }, /option "nmae" is not known/],
  [{ on: { exits() {} } }, /"exits": there is no such event/],
  [{ name: '' }, /name "" is not valid/],
  [{ isolation: 'vm' }, /isolation "vm" is not known/],
  [{ limits: { lookup: 1 } }, /lookup/],
  [{ grant: { connect: ['nonsense nonsense'] } }, /nonsense/],
])('the options %j are refused', async (options, message) => {
  const refused = start('services', ['echo', 'service:plugin'], options as PluginOptions)
  await expect(refused).rejects.toThrow(message)
})
