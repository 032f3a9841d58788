/**
 * A TCP gateway whose protocol filters are plugins: `make gateway`. Each filter has a port; what a client sends there
 * goes through its plugin. A plugin is reloaded when its file changes, started again when it fails, and reaches only
 * what it was granted. A page shows all of that live.
 */

import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { connect } from 'libuv-wasm/net'
import { type ManagedPlugin, PluginHost } from 'libuv-wasm/plugin'
import { startUpstream, talk } from './demo.js'
import { FilterPort } from './filter-port.js'
import { type FilterOptions, filtersFor, policiesFor } from './filters.js'
import { Journal, tell } from './journal.js'
import { servePage } from './page.js'

const HELP = `Usage: make gateway, or node build/examples/plugin-host/gateway.js [options]

  --page PORT      the port of the page; 8080 by default, 0 for a free one
  --ports PORT     the first port of the filters; 7001 by default, 0 for free ones
  --upstream PORT  the upstream on this machine; by default an echo server of the gateway's own
  --programs DIR   where the programs of the plugins are; build/gateway by default
  --clients N      how many clients of its own talk to each filter; 3 by default
  --help           prints this help`

/** The limits that the page shows. */
const SHOWN = ['memory', 'sockets', 'queuedBytes', 'iterationTime'] as const

/** How long a file has to be unchanged before it is loaded, in milliseconds: a compiler writes it in pieces. */
const SETTLED = 200

/** How long a replaced plugin may take to finish its connections, in milliseconds. */
const DRAIN = 30_000

/** A filter that runs. */
interface Running {
  readonly options: FilterOptions
  readonly plugin: ManagedPlugin
  readonly port: FilterPort
}

const { values } = parseArgs({
  options: {
    page: { type: 'string', default: '8080' },
    ports: { type: 'string', default: '7001' },
    upstream: { type: 'string' },
    programs: { type: 'string', default: 'build/gateway' },
    clients: { type: 'string', default: '3' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) console.log(HELP)
else await run()

async function run(): Promise<void> {
  const own = values.upstream === undefined ? await startUpstream() : undefined
  const upstream = own ?? Number(values.upstream)
  const journal = new Journal()
  const host = new PluginHost({ policies: policiesFor(upstream), restart: { when: 'always', first: 250 }, ready: 1 })
  const filters: Running[] = []
  for (const options of filtersFor(upstream)) {
    const first = Number(values.ports)
    filters.push(
      await startFilter(host, options, { upstream, port: first === 0 ? 0 : first + filters.length }, journal),
    )
  }
  reloadOnChange(filters, journal)
  const began = Date.now()
  const state = (): unknown => ({
    filters: filters.map(show),
    uptime: (Date.now() - began) / 1000,
    ...journal.latest,
  })
  const page = await servePage(Number(values.page), state, () => host.metrics())
  console.log(`page http://127.0.0.1:${page.port}/`)
  for (const { options, port } of filters) console.log(`filter ${options.name} 127.0.0.1:${port.port}`)
  const ends = filters.flatMap(({ port }) => Array.from({ length: Number(values.clients) }, () => talk(port.port)))
  const leave = async (): Promise<void> => {
    for (const end of ends) end()
    await host.close({ timeout: 500 })
    process.exit()
  }
  process.once('SIGINT', () => void leave()).once('SIGTERM', () => void leave())
}

async function startFilter(
  host: PluginHost,
  options: FilterOptions,
  { upstream, port }: { readonly upstream: number; readonly port: number },
  journal: Journal,
): Promise<Running> {
  const { name, file, args } = options
  const services = {
    upstream: async (stream: import('node:stream').Duplex) => {
      const there = connect(upstream, '127.0.0.1')
      await Promise.all([pipeline(stream, there), pipeline(there, stream)])
    },
  }
  const plugin = await host.add(name, await readProgram(file), { args, services })
  journal.follow(plugin)
  plugin.on('output', ({ bytes }) => process.stderr.write(`${name}: ${Buffer.from(bytes)}`))
  journal.note(name, 'the program was started')
  return { options, plugin, port: await FilterPort.listen(port, () => plugin.connect()) }
}

/** Loads programs again when their files change. */
function reloadOnChange(filters: readonly Running[], journal: Journal): void {
  const timers = new Map<string, NodeJS.Timeout>()
  watch(values.programs, (_event, file) => {
    const filter = filters.find(({ options }) => options.file === file)
    if (filter === undefined) return
    clearTimeout(timers.get(filter.options.name))
    timers.set(
      filter.options.name,
      setTimeout(() => void reload(filter, journal), SETTLED),
    )
  })
}

async function reload({ plugin, options: { name, file } }: Running, journal: Journal): Promise<void> {
  try {
    await plugin.reload(await readProgram(file), { timeout: DRAIN })
    journal.note(name, `${file} has changed; the new program runs`)
  } catch (error) {
    // The old one goes on.
    journal.note(name, `${file} has changed, but cannot be used: ${String(error)}`)
  }
}

async function readProgram(file: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(join(values.programs, file)))
}

/** What the page shows of a filter. */
function show({ options: { name, does }, plugin, port }: Running): unknown {
  const { state, starts, lastOutcome, usage } = plugin
  const { connect: allowed = [] } = policiesFor(0)[name]?.grant ?? {}
  const grant = allowed.length === 0 ? 'nothing' : name === 'redact' ? 'connect to the upstream' : allowed.join(', ')
  const { clients, served, bytes } = port
  return {
    ...{ name, does, state, starts, grant, clients, served, bytes, port: port.port },
    lastEnd: lastOutcome && tell(lastOutcome),
    usage: SHOWN.flatMap((limit) => {
      const one = usage[limit]
      return one === undefined ? [] : [{ limit, used: one.used, most: one.limit }]
    }),
  }
}
