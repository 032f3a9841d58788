/** Unix sockets: streams with a path, and the services of a plugin's host. */
import { storePath } from './base/address'
import { AF_UNIX } from './base/constants'
import { BACKLOG, Stream } from './stream'

/** A connection to a path, or a server at a path. */
export class Pipe extends Stream {
  /**
   * Connects to a path. `onConnect()` is called, or `onError()`. A stream that is not new does nothing.
   *
   * @param path - a name that begins with `\0` is abstract: it is no file
   */
  connect(path: string): void {
    if (!this.beginConnect()) return
    const length = storePath(path)
    const status = length < 0 ? length : this.connectTo(AF_UNIX, length)
    if (status < 0) this.fail(status)
  }

  /**
   * Listens at a path; `onConnection()` is called for each connection.
   *
   * @returns 0, or an error: `EACCES` (not granted), `EADDRINUSE`, `ENAMETOOLONG`, ...
   */
  listen(path: string, backlog: i32 = BACKLOG): i32 {
    const length = storePath(path)
    return length < 0 ? length : this.listenAt(AF_UNIX, length, backlog, 0)
  }
}
