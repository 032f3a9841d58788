/** `make bench`: every contender against `node:net`, round by round, A B A B. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CONTENDERS, type Contender, YARDSTICK } from './contenders.js'
import { type Measurement, measure } from './measure.js'
import { MODES, type Mode } from './modes.js'
import { picture, type Result, rateRatio, table } from './report.js'

const HELP = `Measures echo servers against node:net, on this machine, in pairs.

  make bench ARGS='[options]'

  --quick              two short rounds, in about a minute
  --rounds N           pairs of each contender and mode (5)
  --seconds N          how long one measurement lasts (2)
  --modes A,B          ${MODES.map((mode) => mode.name).join(', ')}
  --contenders A,B     ${CONTENDERS.map((contender) => contender.name).join(', ')}
  --out DIR            where report.json and report.svg go (bench)
`

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    modes: { type: 'string' },
    contenders: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})

function choose<Named extends { readonly name: string }>(
  all: readonly Named[],
  names: string | undefined,
): readonly Named[] {
  if (names === undefined) return all
  return names.split(',').map((name) => {
    const found = all.find((one) => one.name === name)
    if (found === undefined) throw new Error(`${name} is none of ${all.map((one) => one.name).join(', ')}`)
    return found
  })
}

async function main(): Promise<void> {
  const modes = choose(MODES, values.modes)
  const contenders = choose(CONTENDERS, values.contenders).filter(available)
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5))
  const seconds = Number(values.seconds ?? (values.quick ? 0.6 : 2))
  const results: Result[] = []
  for (const mode of modes) {
    for (const contender of contenders) {
      const pairs: { theirs: Measurement; yardstick: Measurement }[] = []
      for (let round = 0; round < rounds; round++) {
        const yardstick = await measure(YARDSTICK, mode, seconds)
        pairs.push({ yardstick, theirs: await measure(contender, mode, seconds) })
      }
      const result = { mode, contender, pairs }
      results.push(result)
      console.error(`${mode.name} ${contender.name}: ${rateRatio(result).median.toFixed(2)}`)
    }
  }
  save(results, modes, contenders)
}

/** JSPI is not in every engine. */
function available({ name }: Contender): boolean {
  return name !== 'guest-jspi' || 'Suspending' in WebAssembly
}

function save(results: readonly Result[], modes: readonly Mode[], contenders: readonly Contender[]): void {
  const out = values.out ?? 'bench'
  mkdirSync(out, { recursive: true })
  const { version } = process
  const plain = results.map(({ mode, contender, pairs }) => ({ mode: mode.name, contender: contender.name, pairs }))
  writeFileSync(`${out}/report.json`, `${JSON.stringify({ node: version, results: plain }, null, 1)}\n`)
  writeFileSync(`${out}/report.svg`, picture(results, modes, contenders))
  console.log(`Node ${version}\n\n${table(results, modes, contenders)}`)
}

if (values.help) console.log(HELP)
else await main()
