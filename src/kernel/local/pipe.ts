import type { Result } from '../descriptor.js'
import { Poll } from '../readiness.js'
import { type LocalContext, LocalStream } from './local-stream.js'

/** What a pipe accepts in one piece, as on Linux. */
const PIPE_BUF = 4096

/** One end of a pipe, which carries bytes in one direction. */
export class PipeEnd extends LocalStream {
  /** Makes a pipe: the first end reads what the second writes; `undefined` when there is no capacity for one more. */
  static pair(kernel: LocalContext): [PipeEnd, PipeEnd] | undefined {
    const ends: [PipeEnd, PipeEnd] = [new PipeEnd(undefined, 'read', kernel), new PipeEnd(undefined, 'write', kernel)]
    return LocalStream.join(...ends) ? ends : undefined
  }

  override readiness(): number {
    if (this.access === 'write') {
      if (this.sendEnded) return Poll.OUT | Poll.ERR
      return this.free >= PIPE_BUF ? Poll.OUT : 0
    }
    return (this.received.length > 0 ? Poll.IN : 0) | (this.receiveEnded ? this.hangup : 0)
  }

  protected override room(wanted: number): Result {
    // Nothing is written, so nothing is asked.
    if (wanted === 0) return 0
    const room = super.room(wanted)
    // A write of up to PIPE_BUF bytes is atomic: all of it is taken, or nothing.
    return typeof room === 'number' && room < wanted && wanted <= PIPE_BUF ? 'EAGAIN' : room
  }

  override close(): void {
    this.part(undefined)
  }
}
