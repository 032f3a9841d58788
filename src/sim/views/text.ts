/** A recorded run as text. */
import { formatEntry } from '../../base/trace/entry-text.js'
import type { RecordedRun } from '../../base/trace/trace-reader.js'
import { Clock } from './trace-clock.js'

/** The lines of a recorded run: the number of each entry, the milliseconds since the first one, and what happened. */
export function* toText(run: RecordedRun): Generator<string> {
  const clock = new Clock()
  let number = 0
  for (const entry of run.entries()) {
    clock.take(entry)
    const time = (clock.now / 1e6).toFixed(3).padStart(12)
    const inside = entry.kind === 'event' && entry.inside ? '  (during the next call)' : ''
    yield `${String(number++).padStart(7)} ${time} ms  ${formatEntry(entry)}${inside}`
  }
  if (!run.complete) yield 'The recording was not ended: what followed is not known.'
}
