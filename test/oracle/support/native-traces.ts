/** The traces of native libuv. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The folder of the oracle's programs. */
export const programs = fileURLToPath(new URL('../../../build/oracle/', import.meta.url))

/** The traces in the output of a program, by the names of the scenarios. */
export const tracesOf = (output: string): Map<string, string[]> => {
  const traces = new Map<string, string[]>()
  for (const part of output.split(/^# /m).slice(1)) {
    const [name = '', ...lines] = part.trimEnd().split('\n')
    traces.set(name, lines)
  }
  return traces
}

/** The traces of a group on native libuv. @throws {Error} if the oracle was not built */
export const nativeTraces = async (group: string): Promise<Map<string, string[]>> => {
  const { stdout } = await promisify(execFile)(`${programs}oracle`, [group]).catch((error: unknown) => {
    throw new Error('cannot run the oracle: was it built? (make native)', { cause: error })
  })
  return tracesOf(stdout)
}

/** Two traces side by side, with a mark at lines that differ. */
export const sideBySide = (wanted: readonly string[], got: readonly string[]): string => {
  const width = Math.max(20, ...wanted.map((line) => line.length))
  const rows = Array.from({ length: Math.max(wanted.length, got.length) }, (_, index) => {
    const [left = '', right = ''] = [wanted[index], got[index]]
    return `${left === right ? ' ' : '!'} ${left.padEnd(width)} | ${right}`
  })
  return [`  ${'expected'.padEnd(width)} | ours`, ...rows].join('\n')
}
