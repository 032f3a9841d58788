#!/usr/bin/env node
/** The `libuv-wasm` command. */
import { VERSION } from './abi/revision.js'
import { HELP, readCommand, say, UsageError, WRONG_USAGE } from './cli/command.js'
import { makePlugin } from './cli/new.js'
import { Scripts } from './cli/scripts.js'
import type * as simulator from './cli/simulate/simulate.js'
import { Thread } from './guest/drivers/thread.js'

type Simulator = typeof simulator

try {
  const command = readCommand(process.argv.slice(2))
  if (command === 'help') process.stdout.write(HELP)
  else if (command === 'version') process.stdout.write(`${VERSION}\n`)
  else if ('kind' in command) {
    process.stdout.write(`${makePlugin(command.kind, command.folder)}\n`)
  } else if ('shard' in command || 'merged' in command) {
    // A scenario in a file imports the library: these are the same modules.
    const { simulateSeeds } = (await import(new URL('./cli-simulate.js', import.meta.url).href)) as Simulator
    process.exitCode = await simulateSeeds(command)
  } else {
    // Its thread starts up while this thread loads the rest.
    const entry = Scripts.haveCode ? new URL('./cli-thread.js', import.meta.url) : undefined
    const thread = 'driver' in command && command.driver === 'worker' ? new Thread(entry) : undefined
    const scripts = new Scripts()
    const { run } = scripts.load('./cli-run.cjs') as typeof import('./cli/run.js')
    process.exitCode = await run(command, { thread, entry, keep: scripts.keep })
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  say(error.message)
  process.exitCode = WRONG_USAGE
}
