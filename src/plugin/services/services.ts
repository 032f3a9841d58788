/** Streams between a host application and one guest, by the names of services. */
import type { Duplex } from 'node:stream'
import type { SocketAddress } from '../../base/address.js'
import type { ErrnoName } from '../../base/errno.js'
import { type ServiceHost, serviceHost } from '../../guard/services/service-host.js'
import type { HostConnection } from '../../host/contract/connection.js'
import { HostError } from '../../host/contract/error.js'
import type { Host } from '../../host/contract/host.js'
import type { Service } from '../setup.js'
import { ConnectionDuplex } from './connection-duplex.js'

/** The milliseconds that a connection waits for a guest to listen: one that was just started takes a moment. */
const PATIENCE = 5000

/** The services of one guest, in both directions. */
export class Services {
  /** The host of the guest, without its policy. */
  readonly host: Host
  readonly #host: ServiceHost
  /** Rejects the connections that wait for the guest to listen. */
  readonly #waiting = new Set<(reason: string) => void>()
  #isOver = false

  /**
   * @param inner - provides the sockets
   * @param offered - what the guest may connect to if its policy grants it, by name
   * @throws {TypeError} when a name is not that of a service, or a service is not a function
   */
  constructor(inner: Host, offered: Readonly<Record<string, Service>>) {
    const entries = Object.entries(offered).map(([name, service]) => [name, this.#server(name, service)] as const)
    this.#host = serviceHost(inner, Object.fromEntries(entries))
    this.host = this.#host
  }

  /**
   * Connects to a service of the guest, once it listens.
   *
   * @returns a promise that is rejected with a HostError, ECONNREFUSED, when the guest does not listen within 5 s or
   *   has ended
   * @throws {TypeError} (as a rejection) when the name is not that of a service
   */
  async connect(name: string): Promise<Duplex> {
    await this.#listening(name)
    return new Promise((resolve, reject) => {
      const connection = this.#host.reach(name, {
        onConnect: () => resolve(this.#duplex(connection)),
        onData() {},
        onEnd() {},
        onDrain() {},
        onError: (code) => reject(refusal(code, name, 'it does not listen')),
      })
    })
  }

  /** Must be called when the guest has ended. */
  end(): void {
    this.#isOver = true
    for (const reject of this.#waiting) reject('it has ended')
  }

  #listening(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) throw refusal('ECONNREFUSED', name, 'it has ended')
      const settle = (): void => {
        cancel()
        timer.clear()
        this.#waiting.delete(give)
      }
      const give = (reason: string): void => {
        settle()
        reject(refusal('ECONNREFUSED', name, reason))
      }
      const timer = this.#host.timer(() => give(`it has not listened for ${PATIENCE} ms`))
      timer.set(PATIENCE)
      this.#waiting.add(give)
      let cancel = (): void => {}
      cancel = this.#host.whenListening(name, () => {
        settle()
        resolve()
      })
    })
  }

  #server(name: string, service: Service): (connection: HostConnection<SocketAddress>) => void {
    if (typeof service !== 'function')
      throw new TypeError(
        `Cannot offer the service ${JSON.stringify(name)}: it is a ${typeof service}; give a function`,
      )
    return (connection) => void serve(service, this.#duplex(connection))
  }

  #duplex(connection: HostConnection<SocketAddress>): Duplex {
    return new ConnectionDuplex(connection, () => this.#host.keepAlive())
  }
}

/**
 * Calls a service. A guest must not be able to end its host application by breaking a stream, so the failures of the
 * stream itself are not unhandled; any other exception is a defect of the service, and stays one.
 */
export async function serve(service: Service, stream: Duplex): Promise<void> {
  try {
    await service(stream)
  } catch (error) {
    if (stream.destroyed && (error === stream.errored || isPremature(error))) return
    stream.destroy()
    throw error
  }
}

/** Whether a consumer of a stream was told that it was closed before its end. */
function isPremature(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

function refusal(code: ErrnoName, name: string, reason: string): HostError {
  return new HostError(code, `Cannot connect to the service ${name} of the guest: ${reason}`)
}
