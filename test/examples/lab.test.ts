/** The network of `examples/web`, without its page: what it does, and that it can go back. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Change, Lab, MOMENT } from '../../examples/web/lab.js'
import { formatLink, readLink } from '../../examples/web/link.js'
import { COMPILING } from '../guest/support/uvcc.js'
import { seeded } from '../support/random.js'

let program: WebAssembly.Module
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-'))
  const module = join(folder, 'pinger.wasm')
  await promisify(execFile)('build/sdk/bin/uvcc', ['-O1', 'examples/web/pinger.c', '-o', module])
  program = await WebAssembly.compile(await readFile(module))
}, COMPILING)
afterAll(() => rm(folder, { recursive: true }))

/** Runs a lab up to a time in milliseconds, and closes it after it was looked at. */
async function atTime<Seen>(ms: number, changes: readonly Change[], look: (lab: Lab) => Seen, seed = 1): Promise<Seen> {
  const lab = new Lab({ seed, changes }, program)
  await lab.go(ms / MOMENT)
  const seen = look(lab)
  await lab.close()
  return seen
}

const hashOf = ({ hash }: Lab): string => hash

/** A change at a time in milliseconds. */
const at = (ms: number, setting: Change['setting'], value: number): Change => ({ moment: ms / MOMENT, setting, value })

describe('the lab', () => {
  test('has a server that answers both clients', async () => {
    const facts = await atTime(3000, [], ({ facts }) => facts)
    expect(facts).toMatchObject({ peers: 2, queued: 0, typescript: { isConnected: true, answers: 3 } })
    expect(facts?.answered).toBe(6)
  })

  test('shows the calls of all three programs', async () => {
    const notes = await atTime(200, [], ({ capture }) =>
      capture?.notes.map(({ machine, text }) => `${machine} ${text}`),
    )
    expect(notes).toEqual(
      expect.arrayContaining(['1 uv_listen', '0 uv_tcp_connect', '0 uv_write', '2 uv_tcp_connect', '2 uv_write']),
    )
  })

  test('does the same for the same seed and changes, and something else for others', async () => {
    const changes = [at(500, 'loss', 20), at(1000, 'crowd', 5), at(2000, 'power', 0), at(3000, 'power', 1)]
    const hash = await atTime(5000, changes, hashOf, 7)
    expect(await atTime(5000, changes, hashOf, 7)).toBe(hash)
    expect(await atTime(5000, changes, hashOf, 8)).not.toBe(hash)
    expect(await atTime(5000, changes.slice(1), hashOf, 7)).not.toBe(hash)
  })

  test('can be looked at as often as its viewer likes', async () => {
    const whole = await atTime(2000, [], hashOf)
    const lab = new Lab({ seed: 1, changes: [] }, program)
    for (let moment = 0; moment <= 2000 / MOMENT; moment += 1 + seeded('looks').int(0, 9)) await lab.go(moment)
    await lab.go(2000 / MOMENT)
    expect(lab.hash).toBe(whole)
    await lab.close()
  })

  test('lets bytes wait in the server while a client does not read', async () => {
    const changes = [at(500, 'reading', 0), at(8000, 'reading', 1)]
    expect(await atTime(8000, changes, ({ facts }) => facts?.queued)).toBeGreaterThan(50_000)
    expect(await atTime(12_000, changes, ({ facts }) => facts?.queued)).toBe(0)
  })

  test('forgets what was to come when something is changed', async () => {
    const lab = new Lab({ seed: 1, changes: [at(100, 'loss', 50), at(1000, 'cable', 0)] }, program)
    await lab.go(500 / MOMENT)
    lab.change('latency', 100)
    lab.change('latency', 200)
    expect(lab.changes).toEqual([at(100, 'loss', 50), at(500, 'latency', 200)])
    await lab.go(600 / MOMENT)
    expect(lab.settings).toMatchObject({ loss: 50, latency: 200, cable: 1 })
    await lab.close()
  })

  test('connects again after the server has had no power', async () => {
    const changes = [at(1000, 'power', 0), at(2000, 'power', 1)]
    const notes = await atTime(6000, changes, ({ capture }) => capture?.notes.map(({ text }) => text))
    expect(notes?.filter((text) => text === 'uv_tcp_connect').length).toBeGreaterThan(2)
    expect(notes).toEqual(expect.arrayContaining(['crashes', 'starts again']))
  })
})

describe('a link', () => {
  test.each([
    ['', { seed: 1, at: undefined, changes: [] }],
    [
      '#seed=7&at=400&do=120latency80,20cable0',
      { seed: 7, at: 400, changes: [at(100, 'cable', 0), at(600, 'latency', 80)] },
    ],
    ['#seed=x&at=-3&do=1toString5,latency,9e9loss1,3loss', { seed: 1, at: undefined, changes: [] }],
    ['#seed=4294967296&at=60001', { seed: 1, at: undefined, changes: [] }],
  ])('%j is read', (hash, expected) => {
    expect(readLink(hash)).toEqual(expected)
  })

  test('that was written is read again', () => {
    const linked = { seed: 9, at: 12, changes: [at(5, 'loss', 3), at(10, 'reading', 0)] }
    expect(readLink(formatLink(linked))).toEqual(linked)
  })
})
