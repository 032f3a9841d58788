/** The twins of `native/connect.c`: connect(), and calls before it is finished. */
import type { Actor, Stage, Then, Twin, Twins } from '../support/stage.js'

/** A port without a listener, which has closed. */
const closedPort = (stage: Stage, host: string): number => {
  stage.hush(true)
  const gone = stage.actor('gone')
  gone.bind(host)
  gone.listen()
  const { port } = gone
  void gone.tcp.close()
  stage.hush(false)
  return port
}

/** Connects a client that will be refused. */
const callNobody = (stage: Stage, then?: Then): Actor => {
  const port = closedPort(stage, '127.0.0.1')
  const client = stage.actor('client')
  client.connect('127.0.0.1', port, then)
  return client
}

/** Prints the state and the names of an actor, and ends. */
const look =
  (stage: Stage): Then =>
  (actor) => {
    actor.look()
    actor.names()
    stage.end()
  }

const lookLater = (stage: Stage, actor: Actor): void => stage.settle(() => look(stage)(actor, '0'))

const acceptAndRead =
  (then?: Then): Then =>
  (server) =>
    void server.accept('peer')?.read(0, then)

/** A server that reads, and a client that connects to it. */
const callReader = (stage: Stage, then?: Then): Actor => {
  const server = stage.serve(acceptAndRead(stage.end))
  const client = stage.actor('client')
  client.call(server, then)
  return client
}

const to =
  (host: string, target: string): Twin =>
  (stage) => {
    stage.expectEnds(2)
    const server = stage.actor('server')
    server.bind(host)
    server.listen(() => {
      server.accept('peer')?.names()
      stage.end()
    })
    stage.actor('client').connect(target, server.port, look(stage))
  }

const across =
  (from: string, target: string): Twin =>
  (stage) => {
    const client = stage.actor('client')
    client.bind(from)
    client.connect(target, closedPort(stage, target))
    look(stage)(client, '0')
  }

export const connect: Twins = {
  'a closed port': (stage) => void callNobody(stage, look(stage)),
  'a closed port, IPv6': (stage) => {
    const client = stage.actor('client')
    client.connect('::1', closedPort(stage, '::1'), look(stage))
  },
  'again after a refusal': (stage) => {
    callNobody(stage, (client) => {
      const server = stage.serve()
      client.call(server)
      client.call(server)
      lookLater(stage, client)
    })
  },
  'the wildcard address': to('127.0.0.1', '0.0.0.0'),
  'the wildcard address, IPv6': to('::1', '::'),
  'a mapped address': to('127.0.0.1', '::ffff:127.0.0.1'),
  'the broadcast address': (stage) => {
    const client = stage.actor('client')
    client.connect('255.255.255.255', 4)
    look(stage)(client, '0')
  },
  'port 0': (stage) => void stage.actor('client').connect('127.0.0.1', 0, look(stage)),
  'IPv6 from an IPv4 socket': across('127.0.0.1', '::1'),
  'IPv4 from an IPv6 socket': across('::1', '127.0.0.1'),
  'from a bound address': (stage) => {
    stage.expectEnds(2)
    const server = stage.serve(() => {
      server.accept('peer')?.names()
      stage.end()
    })
    const client = stage.actor('client')
    client.bind('127.0.0.1')
    client.call(server, look(stage))
  },
  'from one port twice': (stage) => {
    const server = stage.serve(() => void server.accept('peer'))
    const client = stage.actor('client')
    client.bind('127.0.0.1')
    client.call(server, () => {
      const other = stage.actor('other')
      other.bind('127.0.0.1', client.port)
      other.call(server)
      look(stage)(other, '0')
    })
  },
  'twice at once': (stage) => {
    const server = stage.serve()
    const client = stage.actor('client')
    client.call(server, look(stage))
    client.call(server)
  },
  'again when connected': (stage) =>
    stage.meet((client) => {
      client.call(stage.server)
      lookLater(stage, client)
    }),
  'when accepted': (stage) =>
    stage.meet(() => {
      stage.peer.call(stage.server)
      stage.end()
    }),
  'write and shut down early': (stage) => {
    const client = callReader(stage)
    client.write(10)
    client.write(20)
    client.shutdown()
    client.look()
  },
  'write early, refused': (stage) => {
    const client = callNobody(stage)
    client.write(10)
    client.write(20, look(stage))
  },
  'shut down early': (stage) => {
    const server = stage.serve(acceptAndRead())
    const client = stage.actor('client')
    client.call(server, () => lookLater(stage, client))
    client.shutdown()
  },
  'shut down early, refused': (stage) => {
    const client = callNobody(stage, () => lookLater(stage, client))
    client.shutdown()
  },
  'read early': (stage) => {
    stage.expectEnds(3)
    const server = stage.serve(acceptAndRead((peer) => void peer.shutdown(stage.end)))
    const client = stage.actor('client')
    client.call(server, () => void client.shutdown(stage.end))
    client.read(0, stage.end)
    client.look()
  },
  'read early, refused': (stage) => void callNobody(stage).read(0, stage.end),
  'close early': (stage) => {
    stage.expectEnds(2)
    const client = callReader(stage)
    client.write(10)
    client.close(stage.end)
  },
  'close early, refused': (stage) => {
    const client = callNobody(stage)
    client.write(10)
    client.close(stage.end)
  },
  'reset early': (stage) => {
    stage.expectEnds(2)
    callReader(stage).closeReset(stage.end)
  },
  'close in the callback': (stage) => {
    stage.expectEnds(2)
    callReader(stage, (client) => client.close(stage.end))
  },
  'options before the connection': (stage) => {
    const server = stage.serve()
    const client = stage.actor('client')
    client.told('setNoDelay', () => client.tcp.setNoDelay(true))
    client.told('setKeepAlive', () => client.tcp.setKeepAlive(true, 5))
    client.call(server, look(stage))
  },
}
