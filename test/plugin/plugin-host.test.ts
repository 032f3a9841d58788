/** Sets of plugins: restarts, policies, metrics. */
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeAll, expect, test } from '@jest/globals'
import type { PluginHostOptions, PluginHost as PluginHostType } from '../../src/plugin/plugins.js'
import { PluginHost } from '../guest/support/built.js'
import { until } from '../guest/support/stage.js'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'
import { soon } from '../support/deadline.js'

const ECHO = ['echo', 'service:plugin']
const hosts: PluginHostType[] = []

beforeAll(() => guestModule('services'), COMPILING)
afterEach(async () => {
  for (const host of hosts.splice(0)) await soon(host.close({ timeout: 100 }), 'the host of plugins to close')
})

const open = (options: PluginHostOptions = {}): PluginHostType => {
  const host = new PluginHost({ restart: { first: 1 }, ...options })
  hosts.push(host)
  return host
}

const say = async (host: PluginHostType, name: string, words: string): Promise<string> => {
  const stream = await soon(host.connect(name), 'a connection')
  stream.end(words)
  return soon(text(stream), 'the echo')
}

test('a plugin that fails is started again, and connections wait for that', async () => {
  const host = open({ ready: 1 })
  const plugin = await host.add('echo', await guestModule('services'), { args: ECHO })
  expect(await say(host, 'echo', 'one')).toBe('one')
  plugin.kill()
  await until(() => plugin.state !== 'running', 'the plugin to end')
  expect(await say(host, 'echo', 'two')).toBe('two')
  expect([plugin.starts, plugin.lastOutcome]).toEqual([2, { kind: 'killed' }])
})

test('a plugin that ends at once is started again each time, and all of its ends are told', async () => {
  const ends: string[] = []
  const host = open({ restart: { when: 'always', first: 1, most: 1 } })
  const module = await guestModule('services')
  await host.add('brief', module, {
    args: ['send', 'service:none'],
    on: { exit: ({ outcome }) => ends.push(outcome.kind) },
  })
  await until(() => ends.length >= 3, 'three ends')
  expect(host.get('brief')?.starts).toBeGreaterThanOrEqual(3)
})

test('many plugins of one module run at once, and end with their host', async () => {
  const host = open()
  const module = await WebAssembly.compile(
    await (await import('node:fs/promises')).readFile(await guestModule('services')),
  )
  const names = Array.from({ length: 8 }, (_, index) => `echo-${index}`)
  await Promise.all(names.map((name) => host.add(name, module, { args: ECHO })))
  expect(await Promise.all(names.map((name) => say(host, name, name)))).toEqual(names)
  expect(Object.keys(host.usage)).toEqual(names)
  await host.close()
  expect([...host]).toEqual([])
})

test('a plugin that has ended well is not started again, and refuses connections', async () => {
  const host = open({ policies: { once: { grant: { connect: ['service:echo'] } } } })
  const services = { echo: (stream: Duplex) => pipeline(stream, stream) }
  const plugin = await host.add('once', await guestModule('services'), {
    args: ['send', 'service:echo', '9'],
    services,
  })
  await until(() => plugin.state === 'stopped', 'the end')
  await expect(host.connect('once')).rejects.toThrow('it has ended')
})

test('policies are by name, and everything else is refused', async () => {
  const lines: string[] = []
  const host = open({
    policies: { friend: { grant: { connect: ['service:bank'] } } },
    audit: (line) => lines.push(line),
    restart: { when: 'never' },
  })
  const module = await guestModule('services')
  const options = { args: ['send', 'service:bank'], services: { bank: async () => {} } }
  const plugins = [await host.add('friend', module, options), await host.add('stranger', module, options)]
  await until(() => lines.length >= 2, 'two decisions')
  const verdicts = lines.map((line) => JSON.parse(line)).map(({ guest, verdict }) => `${guest} ${verdict}`)
  expect(verdicts.sort()).toEqual(['friend allow', 'stranger deny'])
  expect(plugins.map(({ refusals }) => refusals)).toEqual([0, 1])
})

test('metrics are lines of OpenMetrics', async () => {
  const host = open()
  await host.add('a "quoted"\\name', await guestModule('services'), { args: ECHO })
  const lines = host.metrics().split('\n')
  expect(lines.splice(-2)).toEqual(['# EOF', ''])
  const form = /^(# (TYPE|HELP) \w+ .+|libuv_wasm_plugin_\w+\{(\w+="([^"\\\n]|\\.)*",?)+\} (\+Inf|[\d.e+-]+))$/
  expect(lines.filter((line) => !form.test(line))).toEqual([])
  expect(lines).toContain('libuv_wasm_plugin_starts_total{plugin="a \\"quoted\\"\\\\name"} 1')
  expect(lines.some((line) => line.includes('limit="iterationTime"} 1000'))).toBe(true)
})

test('a name is used once, and a plugin that cannot start is not added', async () => {
  const host = open()
  await host.add('echo', await guestModule('services'), { args: ECHO })
  await expect(host.add('echo', await guestModule('services'))).rejects.toThrow('its name is empty or in use')
  await expect(host.add('bad', new Uint8Array([1, 2, 3]))).rejects.toThrow()
  expect([...host].map(({ name }) => name)).toEqual(['echo'])
  expect(() => new PluginHost({ policies: { x: { grants: {} } } as never })).toThrow(/"grants" is not valid/)
  expect(await host.remove('echo', { timeout: 100 })).toBe(true)
  expect(await host.remove('echo')).toBe(false)
})
