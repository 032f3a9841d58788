#!/usr/bin/env node
/** The `libuv-wasm` command. */
import { readFileSync } from 'node:fs'
import { HELP, readCommand, say, UsageError } from './cli/command.js'
import { Thread } from './guest/thread.js'

/** What most programs give for a wrong command line. */
const WRONG_USAGE = 2

function ownVersion(): unknown {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return Reflect.get(JSON.parse(text), 'version')
}

try {
  const command = readCommand(process.argv.slice(2))
  if (command === 'help') process.stdout.write(HELP)
  else if (command === 'version') process.stdout.write(`${ownVersion()}\n`)
  else {
    // It comes into being while this thread loads the rest.
    if (command.driver === 'worker') Thread.prepare()
    const { run } = await import('./cli/run.js')
    process.exitCode = await run(command)
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  say(error.message)
  process.exitCode = WRONG_USAGE
} finally {
  Thread.cancel()
}
