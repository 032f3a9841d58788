/**
 * The contract's tests as a program, for every runtime: `program.js HOST [ONLY]` runs the tests of that host (only
 * those with ONLY in their name), and prints as lines of JSON the runtime, then each outcome.
 */
import { runAll } from '../../support/plain-runner.js'
import { hostContract } from './contract.js'
import { subjects } from './subjects.js'

const [name = '', only = ''] = process.argv.slice(2)
const subject = subjects.get(name)
if (subject === undefined) throw new Error(`there is no host ${name}, but ${[...subjects.keys()].join(', ')}`)

const { bun, deno, node } = process.versions
const runtime = bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`

process.env.SEED ??= '1'
const { make, options } = await subject()
hostContract(make, options)
console.log(JSON.stringify({ host: name, runtime }))
await runAll(only, (outcome) => console.log(JSON.stringify(outcome)))
