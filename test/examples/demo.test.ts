import { expect, test } from '@jest/globals'
import { example, hasIPv6, run } from '../support/programs.js'

test('the demo plays on both families, prints its measurements, and ends by itself', async () => {
  const { code, stdout, stderr } = await run(process.execPath, [example('demo')])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const games = hasIPv6() ? 2 : 1
  for (const round of [1, 2, 3, 4, 5]) {
    expect(stdout.match(new RegExp(`─ ping ${round} ─+▶`, 'g'))).toHaveLength(games)
    expect(stdout.match(new RegExp(`◀─+ pong ${round} ─`, 'g'))).toHaveLength(games)
  }
  expect(stdout).toMatch(/IPv4 {2}server 127\.0\.0\.1:\d+ {2}client 127\.0\.0\.1:\d+/)
  expect(stdout).toMatch(hasIPv6() ? /IPv6 {2}server \[::1\]:\d+ {2}client \[::1\]:\d+/ : /IPv6 {2}not played: /)
  expect(stdout).toMatch(/module +[\d ]+ bytes\n/)
  expect(stdout).toMatch(/Loop\.open\(\) +[\d ]+ µs, cold\n/)
  expect(stdout).toMatch(/first listening +[\d ]+ µs later\n/)
  expect(stdout).toMatch(/round trips +[\d ]+ per second/)
  // Colours are for terminals.
  expect(stdout).not.toContain('\x1b')
})
