/** What a program overrides of a stream. */
import { Source } from './loop'

/** The methods that the loop calls; they do nothing by default, except `onEnd()`. */
export abstract class StreamEvents extends Source {
  /** Ends this side of the stream. */
  abstract end(): void

  /** Called when the stream is connected. */
  onConnect(): void {}

  /** Called on a listening stream when a connection waits; it has to be accepted. */
  onConnection(): void {}

  /**
   * Called with the bytes that have arrived.
   *
   * @param data - valid until the method returns: the room is used again. `data.slice()` is a copy to keep
   */
  onRead(data: Uint8Array): void {}

  /** Called when the other side sends no more. By default this side ends, too. */
  onEnd(): void {
    this.end()
  }

  /** Called when nothing waits any more to be sent. */
  onDrain(): void {}

  /** Called when the stream has failed, before it is closed. @param code - see `errorName()` */
  onError(code: i32): void {}

  /** Called once after the stream was closed. */
  onClose(): void {}
}
