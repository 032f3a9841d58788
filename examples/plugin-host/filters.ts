/** The filters of the gateway: what each does, and what it may do. */
import type { PluginPolicies } from 'libuv-wasm/plugin'

/** A filter, which is a plugin with a port of its own. */
export interface FilterOptions {
  readonly name: string
  /** What it does, in one sentence. */
  readonly does: string
  /** The file of its program, which is loaded again when it changes. */
  readonly file: string
  /** Its arguments. */
  readonly args: readonly string[]
}

/** The filters, in front of an upstream on a port of this machine. */
export const filtersFor = (upstream: number): readonly FilterOptions[] => [
  {
    name: 'redact',
    does: 'Hides card numbers. Written in C: examples/guests/proxy.c',
    file: 'redact.wasm',
    args: ['service:plugin', `127.0.0.1:${upstream}`],
  },
  {
    name: 'number',
    does: 'Numbers lines. Written in AssemblyScript: examples/assembly/number.ts',
    file: 'number.wasm',
    args: ['service:plugin', 'service:upstream'],
  },
  {
    name: 'bad',
    does: 'Echoes, and tries what it may not. Written in C: examples/plugin-host/bad.c',
    file: 'bad.wasm',
    args: [],
  },
]

/** What each may do: one exactly one address, one a service of the gateway, and one nothing. */
export const policiesFor = (upstream: number): PluginPolicies => ({
  redact: { grant: { connect: [`127.0.0.1:${upstream}`] }, limits: { memory: 32 * 2 ** 20, sockets: 64 } },
  number: { grant: { connect: ['service:upstream'] }, limits: { memory: 32 * 2 ** 20 } },
  bad: { limits: { memory: 32 * 2 ** 20, iterationTime: 500, sockets: 8 } },
})
