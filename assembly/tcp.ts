/** TCP: connections to hosts, and servers. */
import { address, storeHost } from './base/address'
import { IPPROTO_TCP, SO_KEEPALIVE, SO_REUSEADDR, SOL_SOCKET, TCP_KEEPIDLE, TCP_NODELAY } from './base/constants'
import { isIP } from './base/ip'
import { Lookup } from './lookup'
import { BACKLOG, Stream } from './stream'

/**
 * A connection, or a server.
 *
 * ```ts
 * class Echo extends TCP {
 *   onRead(data: Uint8Array): void { this.write(data) }
 * }
 * class Server extends TCP {
 *   onConnection(): void { this.accept(new Echo()) }
 * }
 * new Server().listen("127.0.0.1", 7)
 * ```
 */
export class TCP extends Stream {
  private addresses: string[] = []
  private port: i32 = 0
  private search: AddressSearch | null = null

  /**
   * Connects to a host. `onConnect()` is called, or `onError()`. What is written meanwhile is sent then. A stream that
   * is not new does nothing.
   *
   * @param host - an IP address, or a name; then its addresses are tried one after the other
   * @param port - 1 to 65535
   */
  connect(host: string, port: i32): void {
    if (!this.beginConnect()) return
    this.port = port
    if (isIP(host)) {
      this.connectToOne([host])
      return
    }
    const search = new AddressSearch(this)
    this.search = search
    search.start(host)
  }

  /**
   * Listens for connections; `onConnection()` is called for each.
   *
   * @param host - an IP address: `127.0.0.1` for programs of the same machine, `0.0.0.0` and `::` for all
   * @param port - with 0 the host chooses one, which `localAddress` has
   * @param backlog - how many connections may wait to be accepted
   * @returns 0, or an error: `EACCES` (not granted), `EADDRINUSE`, `EINVAL` (no address), ...
   */
  listen(host: string, port: i32, backlog: i32 = BACKLOG): i32 {
    const length = storeHost(host, port)
    return length < 0 ? length : this.listenAt(domain(), length, backlog, SO_REUSEADDR)
  }

  /** Sends small writes at once, without waiting for more. @returns 0, or an error */
  setNoDelay(enabled: bool = true): i32 {
    return this.setOption(IPPROTO_TCP, TCP_NODELAY, enabled ? 1 : 0)
  }

  /** Lets the host check whether a quiet peer is still there. @param delay - after how many seconds; 0 ends it */
  setKeepAlive(delay: i32): i32 {
    const status = this.setOption(SOL_SOCKET, SO_KEEPALIVE, delay > 0 ? 1 : 0)
    return status < 0 || delay <= 0 ? status : this.setOption(IPPROTO_TCP, TCP_KEEPIDLE, delay)
  }

  close(): void {
    const search = this.search
    this.search = null
    if (search != null) search.cancel()
    super.close()
  }

  /** Called with the addresses of a name. */
  connectToOne(addresses: string[]): void {
    this.search = null
    this.addresses = addresses
    this.onRefused(0)
  }

  /** Called with an error of a name. */
  giveUp(code: i32): void {
    this.search = null
    this.fail(code)
  }

  /** Tries the next address. */
  protected onRefused(code: i32): void {
    while (this.addresses.length > 0) {
      const length = storeHost(this.addresses.shift(), this.port)
      code = length < 0 ? length : this.connectTo(domain(), length)
      if (code >= 0) return
    }
    this.fail(code)
  }
}

/** The family of the address in `address`. */
function domain(): i32 {
  return load<u16>(address)
}

/** Looks up the addresses for a connection. */
class AddressSearch extends Lookup {
  private readonly stream: TCP

  constructor(stream: TCP) {
    super()
    this.stream = stream
  }

  onAddresses(addresses: string[]): void {
    this.stream.connectToOne(addresses)
  }

  onError(code: i32): void {
    this.stream.giveUp(code)
  }
}
