/** How long to wait on a busy machine. */
import { availableParallelism, loadavg } from 'node:os'

/** Milliseconds on this machine for what takes that long on an idle one: more, the more its processors have to do. */
export function patience(ms: number): number {
  const [load = 0] = loadavg()
  return ms * Math.max(1, load / availableParallelism())
}
