/** Parses the command line. This file does not import the library, so that parsing is fast. */
import { parseArgs } from 'node:util'
import type { Dirs, DriverName, HostDirectory } from '../guest/guest.js'
import { type Merge, readSimulate, type Simulate } from './simulate/read.js'
import { messageOf, say, UsageError, WRONG_USAGE } from './usage.js'

/** What `--help` prints. */
export const HELP = `Runs a WebAssembly program that was written in C against libuv and built with uvcc, or in AssemblyScript.

  libuv-wasm run [options] PROGRAM.wasm [-- arguments for the program]
  libuv-wasm record -o FILE [options] -- PROGRAM.wasm [arguments]     run it, and record what enters it
  libuv-wasm replay FILE [PROGRAM.wasm]           run it again from the recording, without a network
  libuv-wasm trace FILE --to text|svg|perfetto|pcapng [-o FILE]       show a recording, also in Perfetto and Wireshark
  libuv-wasm simulate [options] [SCENARIO.js]     try a scenario with many seeds, the built-in one by default
  libuv-wasm simulate --merge RESULTS.json...     put results together
  libuv-wasm new c-plugin|assembly-plugin DIR     make a folder with a first plugin

By default the program has access to nothing. These options grant access:

  --allow-net                   the whole network, but no socket with a path
  --allow-connect=RULE,...      connect, and send messages (UDP), to these addresses; a name may also be looked up
  --allow-listen=RULE,...       listen on these addresses, as the program asks for them (port 0: any free port), and
                                receive and answer messages there
  --allow-accept=RULE,...       take connections and messages from these peers only
  --allow-send=RULE,...         send messages to these addresses
  --allow-resolve=HOST,...      look up these names
  --deny-ACTION=RULE,...        refuse this although another rule allows it
  --policy FILE                 more rules, as JSON
  --audit FILE                  append each decision to FILE as a line of JSON
  --env NAME=VALUE              set an environment variable
  --dir HOST[:GUEST][:ro|:rw]   the directory HOST at the path GUEST (default: /); with :rw the program changes it, and
                                otherwise its changes stay in memory

A RULE is [tcp://|udp://]HOST[:PORTS] or unix:PATH (unix:@NAME is an abstract name). HOST is an address (127.0.0.1,
[::1]), a range (10.0.0.0/8), localhost, a name (example.com), all names below one (*.example.com), or *. PORTS are
like 443, 8000-8100 or 80,443; without them a rule is for all ports. A name does not lead to internal addresses,
unless its rule says so: db.internal:5432=10.0.0.0/8. Every option but the first can be repeated.

These options change how the program runs:

  --driver auto|jspi|worker|pump
                                how it waits: suspended by the engine (jspi), in a separate thread (worker), or not
                                at all, because it leaves its loop to the host (pump)
  --host node|virtual           use real sockets, or a private network in memory
  --no-wall-clock               hide the time of day: the program's clock starts at 1970-01-01 00:00:00
  --limit NAME=VALUE            a limit of the program, as in memory=1G, wallTime=5000 (ms) or lookupsPerSecond=10/50
                                (rate/burst); none for no limits; docs/limits.md lists them
  --max-descriptors N           how many sockets and pipes may be open at once (default: 65536)
  --trace                       print each system call, like strace
  --why                         after the run, list the functions that the program called and that no guest has
  -o FILE, --output FILE        where a recording is written, which has what the program receives; or what trace makes
  --to FORMAT                   what trace makes of a recording: text, a sequence diagram (svg), events for Perfetto
                                (perfetto), or packets for Wireshark (pcapng)
  --redact                      leave what is received and sent out of the recording, which then cannot be replayed
  --partial                     replay a damaged recording up to where it is damaged
  --step                        replay turn by turn, and show the calls and events; Enter goes on
  --help                        print this help
  --version                     print the version

These are the options of simulate (docs/simulation.md):

  --seed N, --seeds A-B         which seeds are tried (default: 1-100)
  --jobs N                      in how many threads (default: one for each core)
  --shard K/N                   only the part K of N: every Nth seed, from the Kth on
  --hash                        print the hash of each run
  -o FILE, --output FILE        write the results, as JSON

A signal is sent to the program if it handles, blocks or ignores it. The exit code is the program's own. It is 134 if
the program trapped, 128 plus the signal's number if a signal ended it (130 for Ctrl-C), 2 if it could not be run, and
3 if it does something else than in its recording.
`

export { messageOf, say, UsageError, WRONG_USAGE }

/** What to run, and how. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly dirs: Dirs | undefined
  readonly driver: DriverName
  readonly hostName: string
  readonly maxDescriptors: number | undefined
  /** The limits, such as `memory=1G`. */
  readonly limits: readonly string[]
  readonly wallClock: boolean
  /** The flags that are rules, such as `--allow-connect=127.0.0.1:80`. */
  readonly rules: readonly string[]
  /** A file with more rules. */
  readonly policyFile: string | undefined
  /** The file that decisions are appended to. */
  readonly auditFile: string | undefined
  readonly trace: boolean
  readonly why: boolean
}

/** What to run, and where to record it. */
export interface Recording extends Command {
  readonly output: string
  readonly redact: boolean
}

/** What to replay. */
export interface Replay {
  /** The file with the trace. */
  readonly recording: string
  /** The program, if it is no longer where it was. */
  readonly program: string | undefined
  readonly partial: boolean
  /** Whether it waits before each turn of the program. */
  readonly step: boolean
}

/** A recording to show, and how. */
export interface View {
  /** The file with the trace. */
  readonly shown: string
  readonly format: ViewFormat
  /** Where it is written; the standard output by default. */
  readonly into: string | undefined
  readonly partial: boolean
}

const FORMATS = ['text', 'svg', 'perfetto', 'pcapng'] as const

/** What a recording can be made to. */
export type ViewFormat = (typeof FORMATS)[number]

/** What to make, and where. */
export interface NewPlugin {
  readonly kind: string
  readonly folder: string
}

/**
 * Reads a command line.
 *
 * @throws {UsageError} when it cannot be carried out
 */
export function readCommand(
  argv: readonly string[],
): Command | Recording | Replay | View | NewPlugin | Simulate | Merge | 'help' | 'version' {
  if (argv[0] === 'simulate' && !argv.includes('--help')) return readSimulate(argv.slice(1))
  const end = argv.indexOf('--')
  const ours = end < 0 ? argv : argv.slice(0, end)
  const { values, positionals } = parseOptions(ours)
  const [command, program, extra] = positionals
  if (values.help || ours.length === 0 || command === 'help') return 'help'
  if (values.version) return 'version'
  if (command === 'new') return readNewPlugin(positionals.slice(1))
  const rest = end < 0 ? [] : argv.slice(end + 1)
  if (command === 'replay') return readReplay(positionals.slice(1), values)
  if (command === 'trace') return readView(values, positionals.slice(1))
  if (command === 'record') return readRecording(values, positionals.slice(1), rest)
  if (command !== 'run') {
    throw new UsageError(
      `Cannot run the command ${quote(command)}: it does not exist; use libuv-wasm run PROGRAM.wasm, or libuv-wasm new`,
    )
  }
  if (program === undefined) throw new UsageError('Cannot run: no program is given; name its .wasm file after run')
  if (extra !== undefined)
    throw new UsageError(
      `Cannot use ${quote(extra)}: only one program can run; put the program's own arguments after --`,
    )
  return readRun(values, program, rest)
}

/** What the options are read to. */
type Values = ReturnType<typeof parseOptions>['values']

function readRun(values: Values, program: string, args: readonly string[]): Command {
  return {
    program,
    args: [program, ...args],
    env: Object.fromEntries((values.env ?? []).map(readVariable)),
    dirs: values.dir && readDirs(values.dir),
    driver: oneOf('driver', values.driver ?? 'auto', ['auto', 'jspi', 'worker', 'pump']),
    maxDescriptors: values['max-descriptors'] === undefined ? undefined : readNumber(values['max-descriptors']),
    wallClock: !values['no-wall-clock'],
    limits: values.limit ?? [],
    hostName: oneOf('host', values.host ?? 'node', ['node', 'virtual']),
    rules: [...(values['allow-net'] ? ALL : []), ...rulesOf(values)],
    policyFile: values.policy,
    auditFile: values.audit,
    trace: values.trace ?? false,
    why: values.why ?? false,
  }
}

function readRecording(values: Values, extra: readonly string[], [program, ...args]: readonly string[]): Recording {
  const { output, redact = false } = values
  if (output !== undefined && program !== undefined && extra.length === 0)
    return { ...readRun(values, program, args), output, redact }
  throw new UsageError(
    'Cannot record: give a file and a program, as in libuv-wasm record -o run.uvtrace -- PROGRAM.wasm',
  )
}

function readReplay([recording, program, extra]: readonly string[], { partial = false, step = false }: Values): Replay {
  if (recording !== undefined && extra === undefined) return { recording, program, partial, step }
  throw new UsageError('Cannot replay: give one recording, as in libuv-wasm replay run.uvtrace')
}

function readView({ to, output, partial = false }: Values, [shown, extra]: readonly string[]): View {
  if (shown === undefined || extra !== undefined || to === undefined)
    throw new UsageError(
      'Cannot show a recording: give one and a format, as in libuv-wasm trace run.uvtrace --to pcapng -o run.pcapng',
    )
  return { shown, format: oneOf('to', to, FORMATS), into: output, partial }
}

function readNewPlugin([kind, folder, extra]: readonly string[]): NewPlugin {
  if (kind !== undefined && folder !== undefined && extra === undefined) return { kind, folder }
  throw new UsageError(
    'Cannot make a plugin: give its kind and one folder, as in libuv-wasm new assembly-plugin my-plugin',
  )
}

const RULES = ['allow', 'deny'].flatMap((verdict) =>
  ['connect', 'listen', 'accept', 'send', 'resolve'].map((action) => `${verdict}-${action}`),
)
const RULE_OPTIONS = Object.fromEntries(RULES.map((name) => [name, { type: 'string', multiple: true } as const]))

/** What `--allow-net` stands for. */
const ALL = ['--allow-connect=*', '--allow-listen=*']

/** The flags among the options that are rules. */
function rulesOf(values: Readonly<Record<string, unknown>>): string[] {
  return RULES.flatMap((name) => {
    const given = values[name]
    return Array.isArray(given) ? given.map((text) => `--${name}=${text}`) : []
  })
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'allow-net': { type: 'boolean' },
        ...RULE_OPTIONS,
        policy: { type: 'string' },
        audit: { type: 'string' },
        env: { type: 'string', multiple: true },
        dir: { type: 'string', multiple: true },
        driver: { type: 'string' },
        limit: { type: 'string', multiple: true },
        'max-descriptors': { type: 'string' },
        'no-wall-clock': { type: 'boolean' },
        host: { type: 'string' },
        trace: { type: 'boolean' },
        why: { type: 'boolean' },
        output: { type: 'string', short: 'o' },
        to: { type: 'string' },
        redact: { type: 'boolean' },
        partial: { type: 'boolean' },
        step: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    })
  } catch (error) {
    // The first sentence only: the rest explains the parser of Node, not this command.
    throw new UsageError(`Cannot read the command line: ${messageOf(error).split('. ')[0]}; --help lists all options`)
  }
}

function readVariable(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`Cannot set --env ${quote(text)}: it is not a variable; give NAME=VALUE`)
  return [text.slice(0, at), text.slice(at + 1)]
}

function readNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`Cannot use --max-descriptors ${quote(text)}: it is not a valid number; give 4 or more`)
}

/** A drive of Windows: a capital letter everywhere, since `a:/b` is the directory `a` elsewhere. */
const DRIVE = process.platform === 'win32' ? /^[a-z]:(?=[\\/])/i : /^[A-Z]:(?=[\\/])/

/** Reads `HOST[:GUEST][:ro|:rw]`. A drive is part of HOST. */
function readDirs(texts: readonly string[]): Dirs {
  const dirs = new Map<string, HostDirectory>()
  for (const text of texts) {
    const [, rest = '', access = 'ro'] = /^(.*?)(?::(ro|rw))?$/s.exec(text) ?? []
    const drive = DRIVE.exec(rest)?.[0] ?? ''
    const [, host = '', guest = '/'] = /^(.*?)(?::([^:]*))?$/s.exec(rest.slice(drive.length)) ?? []
    const path = drive + host
    if (path === '' || !guest.startsWith('/'))
      throw new UsageError(
        `Cannot use --dir ${quote(text)}: HOST is empty or GUEST is not absolute; give HOST or HOST:/GUEST, then :rw to change HOST`,
      )
    if (dirs.has(guest))
      throw new UsageError(
        `Cannot use --dir ${quote(text)}: ${quote(guest)} has a directory already; give another GUEST`,
      )
    dirs.set(guest, { path, access: access === 'rw' ? 'rw' : 'ro' })
  }
  return Object.fromEntries(dirs)
}

function oneOf<Choice extends string>(option: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((one) => one === value)
  if (choice === undefined)
    throw new UsageError(
      `Cannot use --${option} ${quote(value)}: it is not one of the choices; give ${choices.join(', ')}`,
    )
  return choice
}

function quote(text: string | undefined): string {
  return JSON.stringify(text ?? '')
}
