/**
 * Random lifetimes of streams: no end receives a byte that its peer did not write, no reported byte is lost, every
 * request ends, and nothing is left.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from '@jest/globals'
import { overHosts } from '../../support/loops.js'
import { seeded } from '../../support/random.js'
import { liveTogether } from '../support/lives.js'

const GROUPS = 10

describe('lifetimes', () => {
  overHosts((lab) => {
    test('streams over TCP lose no reported bytes, and leave nothing', async () => {
      const random = seeded(`lives ${lab.name}`)
      for (let group = 0; group < GROUPS; group++) await liveTogether(() => lab.open(), random)
    })

    test('streams over paths lose no reported bytes, and leave nothing', async () => {
      const random = seeded(`lives on paths ${lab.name}`)
      const folder = mkdtempSync(join(tmpdir(), 'libuv-wasm-'))
      try {
        for (let group = 0; group < GROUPS; group++) {
          await liveTogether(() => lab.open(), random, join(folder, String(group)))
        }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  })
})
