/** Figures that are not compared with node:net: the cost of loops, plugins and policies, and sizes. */
import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { output } from './process.js'
import type { Compared } from './programs/alternately.js'
import { spread } from './statistics.js'

/** Figures by their name in reports. */
export type Figures = Readonly<Record<string, { readonly value: number; readonly unit: string }>>

/** The module; see `libuv-port/build.mk`. */
const MODULE = 'wasm/build/release/libuv.wasm'
/** The program of the plugin that is started. */
const PLUGIN = 'build/bench-programs/server-uv.wasm'
const KIB = 1024

/** Measures the figures. @param rounds - how many processes measure them; the median is reported */
export function figures(node: string, rounds: number): Figures {
  const runs = Array.from({ length: rounds }, () => JSON.parse(output([node, 'build/bench/programs/loops.js'])))
  const ms = (name: string) => ({ value: spread(runs.map((run) => run[name])).median, unit: 'ms' })
  const module = readFileSync(MODULE)
  const compare = (...program: string[]): Compared => JSON.parse(output([node, ...program]))
  const plugin = compare('build/bench/programs/plugin-start.js', PLUGIN)
  const policy = compare('build/bench/programs/policy-cost.js')
  const [{ size, unpackedSize }] = JSON.parse(output(['npm', 'pack', '--dry-run', '--json', '--ignore-scripts']))
  const kib = (bytes: number) => ({ value: bytes / KIB, unit: 'KiB' })
  return {
    'import of the library': ms('importing'),
    'Loop.open(), the first': ms('cold'),
    'Loop.open(), a later one, with close()': ms('warm'),
    'the first 100 of 1,000 loops, each': ms('first100'),
    'the last 100 of 1,000 loops, each': ms('last100'),
    'node:net: a server that listens': ms('listening'),
    'start of a plugin in a thread': { value: plugin.one, unit: 'ms' },
    'over an empty thread with its module': { value: plugin.ratio, unit: 'times' },
    'an echoed message in memory, with a policy': { value: policy.one, unit: 'µs of CPU' },
    'over one without': { value: policy.ratio, unit: 'times' },
    'memory of a loop at its start': kib(runs[0].memory),
    'the module': kib(module.length),
    'the module, brotli': kib(brotliCompressSync(module).length),
    'the package, packed': kib(size),
    'the package, unpacked': kib(unpackedSize),
  }
}
