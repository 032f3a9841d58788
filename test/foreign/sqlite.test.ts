/** SQLite's shell as a guest, whose databases the native one reads, and writes. */
import { writeFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { type End, Process } from '../support/process.js'
import { describePrograms, freshFolder, startGuest } from './support/guests.js'

/** Ends the input of a shell with statements. */
const say = (shell: Process, statements: string): Promise<End> => {
  shell.child.stdin.end(statements)
  return shell.end
}

const SCHEMA = 'create table words(id integer primary key, word text unique, n real);\n'
const FILL = `begin; with recursive c(i) as (select 1 union all select i + 1 from c where i < 20000)
  insert into words select i, 'word' || (i * 7919 % 1000003), i / 7.0 from c; commit;\n`
const ASK = `select count(*), sum(id), round(sum(n), 3), min(word), max(word) from words;
  select word from words where id % 5000 = 0 order by word; pragma integrity_check;\n`

describePrograms('sqlite', (on) => {
  const folder = freshFolder()
  const native = (statements: string) => say(new Process('sqlite3', ['words.db'], { cwd: folder() }), statements)
  const guest = (statements: string, ...args: readonly string[]) =>
    say(startGuest(on, 'sqlite3', ['--dir', `${folder()}:/:rw`], [...args, 'words.db']), statements)

  test('answers as natively', async () => {
    const statements = `${SCHEMA}${FILL}${ASK}.mode json\nselect 1/4.0, printf('%08.3f', 2.5), upper(hex('abc')), date('2024-02-29', '+1 day');
      create table x(a);\n.mode column\nselect * from words limit 3;\nselect json_extract('{"a":[1,2]}', '$.a[1]');\n`
    const here = await say(new Process('sqlite3', [':memory:']), statements)
    const there = await say(startGuest(on, 'sqlite3', [], [':memory:']), statements)
    expect(there).toEqual(here)
  })

  test('writes a database that the native shell reads', async () => {
    expect(await guest(SCHEMA + FILL)).toMatchObject({ code: 0, output: '' })
    const { output } = await native(ASK)
    expect(output).toMatch(/^20000\|200010000\|.*\nok\n$/s)
    expect((await guest(ASK)).output).toBe(output)
  })

  test('reads and changes a database of the native shell', async () => {
    await native(`pragma journal_mode = wal; ${SCHEMA}${FILL}`)
    await native('pragma journal_mode = delete;')
    expect((await guest('delete from words where id > 10; vacuum;')).code).toBe(0)
    expect((await native('select count(*) from words; pragma integrity_check;')).output).toBe('10\nok\n')
  })

  test('runs a script of the folder, and dumps what it made', async () => {
    await writeFile(`${folder()}/make.sql`, SCHEMA + FILL)
    expect((await guest('.read make.sql\n.output dump.sql\n.dump\n')).code).toBe(0)
    const { output } = await say(new Process('sqlite3', [], { cwd: folder() }), `.read dump.sql\n${ASK}`)
    expect(output).toMatch(/^20000\|200010000\|.*\nok\n$/s)
  })
})
