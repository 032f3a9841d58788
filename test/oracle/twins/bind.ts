/** The twins of `native/bind.c`: local addresses, and which call reports that one is in use. */
import { TCPFlags } from '../../../src/index.js'
import type { Actor, Stage, Then, Twin, Twins } from '../support/stage.js'

/** An actor that is bound to the port of `server`, which listens. */
const take = (stage: Stage): Actor => {
  const server = stage.serve()
  const one = stage.actor('one')
  one.bind('127.0.0.1', server.port)
  return one
}

/** Prints its own names, and ends. */
const named =
  (stage: Stage): Then =>
  (actor) => {
    actor.names()
    stage.end()
  }

/** A port that is free in both families, see `free_port()` of native/bind.c. */
const portOfNone = async (stage: Stage): Promise<number> => {
  stage.hush(true)
  const both = stage.actor('both')
  both.bind('::')
  const { port } = both
  both.close()
  await stage.loop.run('UV_RUN_NOWAIT')
  stage.hush(false)
  return port
}

const serveOn = async (stage: Stage, host: string, flags: number): Promise<Actor> => {
  const port = await portOfNone(stage)
  const server = stage.actor('server')
  server.bind(host, port, flags)
  server.listen(() => {
    server.accept('peer')?.names()
    stage.end()
  })
  server.names()
  return server
}

const callFrom =
  (from: string, flags: number): Twin =>
  async (stage) => {
    stage.expectEnds(2)
    const server = await serveOn(stage, '::', flags)
    stage.actor('client').connect(from, server.port, named(stage))
  }

const beside =
  (flags: number): Twin =>
  async (stage) => {
    const server = await serveOn(stage, '::', flags)
    const one = stage.actor('one')
    one.bind('0.0.0.0', server.port)
    one.listen()
    stage.end()
  }

export const bind: Twins = {
  'a taken port, then listen twice': (stage) => {
    const one = take(stage)
    one.listen()
    one.listen()
    stage.end()
  },
  'a taken port, then sockname': (stage) => {
    const one = take(stage)
    one.names()
    one.look()
    stage.end()
  },
  'a taken port, then connect': (stage) => {
    const one = take(stage)
    one.call(stage.server, stage.end)
  },
  'a taken port, then bind elsewhere': (stage) => {
    const one = take(stage)
    one.bind('127.0.0.1')
    one.names()
    one.listen()
    stage.end()
  },
  'the wildcard on a taken port': (stage) => {
    const { port } = stage.serve()
    const one = stage.actor('one')
    one.bind('0.0.0.0', port)
    one.listen()
    stage.end()
  },
  'a taken port on another address': (stage) => {
    const { port } = stage.serve()
    const one = stage.actor('one')
    one.bind('127.0.0.2', port)
    one.listen()
    one.names()
    stage.end()
  },
  'two on one port, both listen': (stage) => {
    const one = stage.actor('one')
    const other = stage.actor('other')
    one.bind('127.0.0.1')
    other.bind('127.0.0.1', one.port)
    one.listen()
    other.listen()
    other.names()
    stage.end()
  },
  'listen without bind': (stage) => {
    const one = stage.actor('one')
    one.listen()
    one.names()
    stage.end()
  },
  'addresses of nobody here': (stage) => {
    const one = stage.actor('one')
    one.bind('192.0.2.1')
    one.names()
    one.bind('2001:db8::1')
    stage.end()
  },
  'IPV6ONLY with an IPv4 address': (stage) => {
    const one = stage.actor('one')
    one.bind('127.0.0.1', 0, TCPFlags.IPV6ONLY)
    one.names()
    stage.end()
  },
  'an IPv4 address on an IPv6 socket': (stage) => {
    const one = stage.actor('one')
    one.bind('::1')
    one.bind('127.0.0.1')
    one.names()
    stage.end()
  },
  'a mapped address': (stage) => {
    const one = stage.actor('one')
    one.bind('::ffff:127.0.0.1')
    one.names()
    const other = stage.actor('other')
    other.bind('::ffff:127.0.0.1', 0, TCPFlags.IPV6ONLY)
    other.names()
    stage.end()
  },
  'dual stack, from IPv4': callFrom('127.0.0.1', 0),
  'IPV6ONLY, from IPv6': callFrom('::1', TCPFlags.IPV6ONLY),
  'IPV6ONLY, from IPv4': async (stage) => {
    const server = await serveOn(stage, '::', TCPFlags.IPV6ONLY)
    stage.actor('client').connect('127.0.0.1', server.port, stage.end)
  },
  'IPv4 beside IPV6ONLY': beside(TCPFlags.IPV6ONLY),
  'IPv4 beside dual stack': beside(0),
  'a port that was free again': (stage) => {
    stage.expectEnds(3)
    const server = stage.serve()
    const { port } = server
    server.close(stage.end)
    const one = stage.actor('one')
    one.bind('127.0.0.1', port)
    one.listen(stage.end)
    stage.actor('client').connect('127.0.0.1', port, stage.end)
  },
  'a port with a connection left on it': (stage) =>
    stage.meet(() => {
      const { port } = stage.server
      stage.server.close()
      const one = stage.actor('one')
      one.bind('127.0.0.1', port)
      one.listen(stage.end)
      stage.actor('other').connect('127.0.0.1', port)
    }),
  'the port of a client': (stage) =>
    stage.meet(() => {
      const one = stage.actor('one')
      one.bind('127.0.0.1', stage.client.port)
      one.listen()
      stage.end()
    }),
  'the port of an accepted connection': (stage) =>
    stage.meet(() => {
      const { port } = stage.peer
      stage.server.close()
      const one = stage.actor('one')
      one.bind('127.0.0.1', port)
      one.names()
      stage.end()
    }),
  'a shared port': (stage) => {
    stage.actor('one').bind('127.0.0.1', 0, TCPFlags.REUSEPORT)
    stage.end()
  },
}
