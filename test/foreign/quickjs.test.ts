/** QuickJS as a guest: a JavaScript runtime in a sandbox. */
import { writeFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { describePrograms, freshFolder, startGuest } from './support/guests.js'

describePrograms('quickjs', (on) => {
  const folder = freshFolder()

  test('runs modules, timers and generators, and writes files', async () => {
    const script = `import * as std from 'std'; import * as os from 'os'
      const squares = function* () { for (let i = 1n; ; i++) yield i ** 20n }
      for (const square of squares()) { if (square > 10n ** 25n) break; print(square) }
      const file = std.open('/work/out.txt', 'w'); file.puts('héllo'); file.close()
      os.setTimeout(() => print('later', std.loadFile('/work/out.txt')), 20)
      await Promise.resolve(); print('soon', /(?<year>\\d{4})/u.exec('in 2026').groups.year)\n`
    await writeFile(`${folder()}/main.mjs`, script)
    const guest = startGuest(on, 'qjs', ['--dir', `${folder()}:/work:rw`], ['-m', '/work/main.mjs'])
    const squares = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, 11n, 12n, 13n, 14n, 15n, 16n, 17n]
    const expected = squares.map((i) => i ** 20n).filter((square) => square <= 10n ** 25n)
    expect(await guest.end).toMatchObject({ code: 0, output: `${expected.join('\n')}\nsoon 2026\nlater héllo\n` })
  })
})
