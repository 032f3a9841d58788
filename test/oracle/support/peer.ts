/** Peers of scenarios: a process with `native/peer.c`, and the same commands over the virtual network. */
import { spawn } from 'node:child_process'
import { Async, type Host, Idle, Loop, TCP } from '../../../src/index.js'
import { Poll } from '../../../src/kernel/readiness.js'
import { INSTANCE } from '../../../src/uv/loop/loop-keys.js'

/** A running peer. */
export interface Peer {
  /** Ends it like SIGKILL. */
  kill(): void
  /** Resolves when it has ended. */
  readonly gone: Promise<void>
}

/** Starts the program. @param program - its path */
export const startProcess = (program: string, port: number, script: string): Peer => {
  const child = spawn(program, [String(port), script], { stdio: ['ignore', 'ignore', 'inherit'] })
  const gone = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve())
    child.once('error', reject)
  })
  return { gone, kill: () => child.kill('SIGKILL') }
}

/**
 * Does the same as native/peer.c, on a new loop over a host without processes. To end it, the kernel of that loop
 * closes all sockets, without events for libuv.
 */
export const startVirtualPeer = (host: Host, port: number, script: string): Peer => {
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const live = async (): Promise<void> => {
    const loop = await Loop.open({ host })
    // Keeps the loop running.
    new Async({ loop })
    const run = loop.run()
    await Promise.race([ended, perform(new TCP({ loop }), port, script)])
    loop[INSTANCE].kernel.closeAll()
    loop.stop()
    await run
  }
  return { gone: live(), kill: end }
}

const perform = async (tcp: TCP, port: number, script: string): Promise<void> => {
  await tcp.connect(['127.0.0.1', port])
  for (const command of script.split(' ')) {
    const [verb = '', count] = command.split(':')
    const word = words[verb]
    if (word === undefined) throw new Error(`${command} is not a command of a script`)
    await word(tcp, Number(count))
  }
}

/** The commands of a script; see native/peer.c. */
const words: Readonly<Record<string, (tcp: TCP, count: number) => PromiseLike<unknown>>> = {
  write: (tcp, count) => tcp.write(new Uint8Array(count)),
  flood: async (tcp) => {
    for (;;) await tcp.write(new Uint8Array(65_536))
  },
  read: async (tcp, count) => {
    for await (const chunk of tcp) {
      count -= chunk.length
      if (count <= 0) break
    }
  },
  peek: (tcp) =>
    new Promise<void>((resolve) => {
      const { kernel } = tcp.loop[INSTANCE]
      const fd = tcp.fileno()
      const idle = new Idle({ loop: tcp.loop })
      idle.start(() => {
        if (((kernel.get(fd)?.readiness(Poll.IN) ?? 0) & Poll.IN) === 0) return
        void idle.close()
        resolve()
      })
    }),
  end: async (tcp) => {
    for await (const _chunk of tcp);
  },
  shut: (tcp) => tcp.shutdown(),
  reset: async (tcp) => void tcp.closeReset(),
  wait: () => new Promise(() => {}),
}
