/** `make bench`: measures every contender next to the yardstick, round by round. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { type Contender, contenders, native, ofBuild, yardstick } from './contenders.js'
import { ELSEWHERE, elsewhere } from './elsewhere.js'
import { figures } from './figures.js'
import { ask, type Measurement } from './measure.js'
import { type Mode, modes } from './modes.js'
import { picture } from './picture.js'
import { output } from './process.js'
import { markdown, milestone, type Report, short } from './report.js'
import { type Pair, type Result, ratio } from './statistics.js'

const HELP = `Measures the same programs on libuv-wasm, on node:net and on native libuv, alternately, on this machine.

  make bench ARGS='[options]'

  --quick              measure fewer modes and contenders, for a shorter time: takes about a minute
  --rounds N           how often each contender is measured in each mode (default: 5, quick: 2)
  --seconds N          how long one measurement takes (default: 1, quick: 0.25)
  --only A,B           measure only these modes: ${names(modes(false))}
  --contenders A,B     measure only these contenders: ${names(contenders(''))}
  --node PATH          the Node that runs the programs (default: this one)
  --before DIR         compare each contender with the same contender in another build of this project, in DIR; that
                       build is also compared with itself, which shows how large random differences are
  --on RUNTIME         measure TypeScript on ${ELSEWHERE.join(' or ')}, compared with its own fastest sockets
  --out DIR            write report.json, report.md and report.svg to DIR (default: bench)
  --keep NAME          also add the ratios under this name to bench/HISTORY.md, and write the picture of a complete run
                       to docs
  --help               print this help
`

/** The contenders that `--quick` omits. */
const NOT_QUICK = ['native', 'ts-net']

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    contenders: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    on: { type: 'string' },
    before: { type: 'string' },
    out: { type: 'string', default: 'bench' },
    keep: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})

interface Named {
  readonly name: string
}

function names(all: readonly Named[]): string {
  return all.map(({ name }) => name).join(', ')
}

function choose<Choice extends Named>(all: readonly Choice[], wanted: string): readonly Choice[] {
  return wanted.split(',').map((name) => {
    const found = all.find((one) => one.name === name)
    if (found === undefined) throw new Error(`Cannot measure ${name}: it is not known; use ${names(all)}`)
    return found
  })
}

/** The yardstick, the other contenders, and the runtime of all of them. */
function field(): { readonly rod: Contender; readonly all: readonly Contender[]; readonly runtime: string } {
  const { node, on } = values
  if (on === undefined) {
    return { rod: yardstick(node), all: contenders(node), runtime: `Node ${ask(node, 'process.version')}` }
  }
  const program = output(['scripts/fetch-runtime.sh', on, on === 'deno' ? '2' : '1', 'build/download']).trim()
  const { rod, contenders: all } = elsewhere(on, program)
  return { rod, all, runtime: `${on} ${/[\d.]+/.exec(output([program, '--version']))?.[0]}` }
}

async function main(): Promise<void> {
  const { quick, node, only } = values
  const rounds = Number(values.rounds ?? (quick ? 2 : 5))
  const seconds = Number(values.seconds ?? (quick ? 0.25 : 1))
  const { rod, all, runtime } = field()
  const chosen =
    values.contenders === undefined
      ? all.filter(({ name }) => !quick || !NOT_QUICK.includes(name))
      : choose(all, values.contenders)
  const hasJspi = ask(node, "'Suspending' in WebAssembly") === 'true'
  const run = {
    modes: only === undefined ? modes(quick).filter((mode) => mode.quick || !quick) : choose(modes(quick), only),
    contenders: chosen.filter(({ name }) => hasJspi || name !== 'guest-jspi'),
  }
  const results: Result[] = []
  for (const [index, mode] of run.modes.entries()) {
    console.error(`[${index + 1}/${run.modes.length}] ${mode.name}: ${mode.title}`)
    const compared = await compareAll(mode, rod, run.contenders, rounds, seconds)
    results.push(...compared)
    console.error(`        ${compared.map((one) => `${one.contender.name} ${short(ratio(one).median)}`).join('  ')}`)
  }
  const measured = run.contenders.flatMap((contender) => [
    ...(agains.has(contender) ? [again(contender, '')] : []),
    contender,
  ])
  save({
    modes: run.modes,
    contenders: measured,
    runtime,
    rod: values.before === undefined ? rod.title : 'itself before',
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'CPU'}, Linux ${release()}`,
    commit: execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], { encoding: 'utf8' }).trim(),
    date: new Date().toISOString().slice(0, 10),
    rounds,
    seconds,
    results,
    figures: only === undefined && values.on === undefined ? figures(node, rounds) : undefined,
  })
}

/** The contenders of the earlier build that are measured against themselves. */
const agains = new Map<Contender, Contender>()

function again(contender: Contender, before: string): Contender {
  const made = agains.get(contender) ?? ofBuild(contender, before, `${contender.name}-again`)
  agains.set(contender, made)
  return made
}

/** Measures a mode: all contenders against the yardstick, or each against itself in another build. */
async function compareAll(
  mode: Mode,
  rod: Contender,
  all: readonly Contender[],
  rounds: number,
  seconds: number,
): Promise<readonly Result[]> {
  const { before } = values
  if (before === undefined) return compare(mode, rod, all, rounds, seconds)
  const results: Result[] = []
  for (const contender of all) {
    if (contender.programs[mode.program] === undefined) continue
    const then = ofBuild(contender, before, 'before')
    const [, ...compared] = await compare(
      { ...mode, against: undefined },
      then,
      [again(contender, before), contender],
      rounds,
      seconds,
    )
    for (const { contender, pairs } of compared) results.push({ mode, contender, pairs })
  }
  return results
}

/**
 * Measures a mode. In each round the yardstick is measured first, and then again after every second contender, so that
 * each contender is directly before or after a measurement of the yardstick.
 */
async function compare(
  mode: Mode,
  usual: Contender,
  all: readonly Contender[],
  rounds: number,
  seconds: number,
): Promise<readonly Result[]> {
  const rod = mode.against === 'native' ? native : usual
  const taking = all.filter((one) => one.name !== rod.name && one.programs[mode.program] !== undefined)
  if (taking.length === 0) return []
  const pairs = new Map<Contender, Pair[]>([rod, ...taking].map((contender) => [contender, []]))
  const measure = ({ programs }: Contender): Promise<Measurement> => mode.measure(programs[mode.program] ?? [], seconds)
  for (let round = 0; round < rounds; round++) {
    let beside = await measure(rod)
    pairs.get(rod)?.push({ theirs: beside, yardstick: beside })
    for (const [index, contender] of taking.entries()) {
      const theirs = await measure(contender)
      if (index % 2 === 1) beside = await measure(rod)
      pairs.get(contender)?.push({ theirs, yardstick: beside })
    }
  }
  return [...pairs].map(([contender, pairs]) => ({ mode, contender, pairs }))
}

function save(report: Report): void {
  const { out, keep } = values
  mkdirSync(out, { recursive: true })
  const results = report.results.map(({ mode, contender, pairs }) => ({
    mode: mode.name,
    contender: contender.name,
    unit: mode.unit,
    pairs,
  }))
  const { modes: _modes, contenders: _contenders, ...plain } = report
  writeFileSync(`${out}/report.json`, `${JSON.stringify({ ...plain, results }, null, 1)}\n`)
  writeFileSync(`${out}/report.md`, `${markdown(report)}\n`)
  writeFileSync(`${out}/report.svg`, picture(report))
  console.log(`\n${markdown(report)}`)
  if (keep !== undefined) remember(keep, report)
}

/** Adds a milestone before the others, after the file's introduction, and writes its picture to docs. */
function remember(name: string, report: Report): void {
  const [, runtime = '', version = ''] = /^(\w+) v?(\d+)/.exec(report.runtime) ?? []
  if (values.only === undefined) writeFileSync(`docs/speed-${runtime.toLowerCase()}-${version}.svg`, picture(report))
  const file = 'bench/HISTORY.md'
  const [introduction = '', ...milestones] = readFileSync(file, 'utf8').split(/^(?=## )/m)
  writeFileSync(file, [introduction, `## ${name}\n\n${milestone(report)}\n\n`, ...milestones].join(''))
}

if (values.help) console.log(HELP)
else await main()
