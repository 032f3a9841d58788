/**
 * What a guest can learn about how it was started: the calls of WASI preview 1 about arguments and environment
 * variables.
 *
 * @see https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */
import type { Memory } from '../abi/memory.js'
import type { WasmImports } from '../base/platform-types.js'
import { Errno } from './errno.js'
import type { WasiOptions } from './provider.js'

/**
 * The calls about arguments and environment variables.
 *
 * @param memory - returns the instance's memory; called for each system call, since the memory does not exist yet
 */
export function startCalls({ args = [], env = {} }: WasiOptions, memory: () => Memory): WasmImports {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return { ...textCalls('args', args, memory), ...textCalls('environ', variables, memory) }
}

/**
 * The two calls for a list of texts: one returns their number and their total size in bytes, the other the texts with
 * their addresses.
 */
function textCalls(name: string, texts: readonly string[], memory: () => Memory): WasmImports {
  const all = encoder.encode(texts.map((text) => `${text}\0`).join(''))
  const starts = [0]
  for (const text of texts) starts.push((starts.at(-1) ?? 0) + encoder.encode(text).length + 1)
  return {
    [`${name}_sizes_get`]: (count: number, size: number): number => {
      if (!memory().contains(count, 4) || !memory().contains(size, 4)) return Errno.FAULT
      memory().setU32(count, texts.length)
      memory().setU32(size, all.length)
      return Errno.SUCCESS
    },
    [`${name}_get`]: (list: number, bytes: number): number => {
      if (!memory().contains(list, texts.length * 4) || !memory().contains(bytes, all.length)) return Errno.FAULT
      for (const index of texts.keys()) memory().setU32(list + index * 4, bytes + (starts[index] ?? 0))
      memory().setBytes(bytes, all)
      return Errno.SUCCESS
    },
  }
}

const encoder = new TextEncoder()
