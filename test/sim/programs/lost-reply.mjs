/**
 * A server of lines with a rare bug, and a client that asks again after each failure: when a connection breaks in the
 * middle of a reply, the server still believes that it is answering, and ignores the question from then on.
 */

/** @typedef {typeof import('../../../src/index.js')} Library */
/** @typedef {typeof import('../../../src/sim/testing.js')} Testing */
/** @typedef {import('../../../src/sim/testing.js').Simulation} Simulation */
/** @typedef {import('../../../src/sim/testing.js').SimMachine} SimMachine */
/** @typedef {import('../../../src/index.js').TCP} Socket */

const PORT = 7
const QUESTIONS = 30
/** Milliseconds after which no lawful delay explains that there is no reply. */
const PATIENCE = 400_000

/** @param {string} text */
const encode = (text) => new TextEncoder().encode(text)
/** @param {string} id */
const replyTo = (id) => `reply ${id} ${'.'.repeat(100)}\n`

/**
 * @param {Library['TCP']} TCP
 * @param {SimMachine} machine
 */
const serve = (TCP, machine) => {
  /** The questions that are being answered, on whichever connection. @type {Set<string>} */
  const answering = new Set()

  /** @param {Socket} peer @param {string} id */
  const answer = async (peer, id) => {
    if (answering.has(id)) return
    answering.add(id)
    const reply = encode(replyTo(id))
    let sent = 0
    try {
      sent = peer.tryWrite(reply)
    } catch {
      // It has to wait.
    }
    try {
      if (sent < reply.length) await peer.write(reply.subarray(sent))
      answering.delete(id)
    } catch {
      // The bug: what was written in part is not answered either.
      if (sent === 0) answering.delete(id)
    }
  }

  const listener = new TCP({ loop: machine.loop })
  listener.bind([machine.address, PORT])
  listener.listen(16, () => {
    /** @type {Socket} */
    let peer
    try {
      peer = listener.accept()
    } catch {
      return
    }
    let text = ''
    peer.readStart((_peer, _status, data) => {
      if (data === undefined) {
        void peer.close()
        return
      }
      text += new TextDecoder().decode(data)
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const id of lines) void answer(peer, id)
    })
  })
}

/**
 * @param {Library['TCP']} TCP
 * @param {SimMachine} machine
 * @param {SimMachine} server
 * @param {string} id
 */
const ask = async (TCP, machine, server, id) => {
  /** @type {Socket | undefined} */
  let socket
  try {
    socket = new TCP({ loop: machine.loop })
    await socket.connect([server.address, PORT])
    await socket.write(encode(`${id}\n`))
    let text = ''
    for await (const chunk of socket) {
      text += new TextDecoder().decode(chunk)
      if (text.endsWith('\n')) return text
    }
  } catch {
    // Asked again.
  } finally {
    await socket?.close()
  }
  return undefined
}

/**
 * The scenario.
 *
 * @param {Pick<Library, 'TCP'>} library
 * @param {Pick<Testing, 'always' | 'sometimes'>} testing
 */
export const lostReply =
  ({ TCP }, testing) =>
  /** @param {Simulation} sim */
  async (sim) => {
    /** @type {Testing['always']} */
    const always = testing.always
    const server = await sim.machine('server')
    serve(TCP, server)
    const client = await sim.machine('client')
    sim.link(server, client, { latency: 2 })
    for (let number = 1; number <= QUESTIONS; number++) {
      const id = String(number)
      const asked = sim.clock.now
      const late = setTimeout(() => client.faults.add({ toxic: 'reset_peer' }), PATIENCE)
      for (;;) {
        const reply = await ask(TCP, client, server, id)
        if (sim.clock.now - asked > PATIENCE) throw new Error(`there is no reply to question ${id}`)
        testing.sometimes(reply === undefined, 'a question is asked again')
        if (reply !== undefined) {
          always(reply === replyTo(id), 'a reply is whole')
          break
        }
        await sim.clock.advance(50)
      }
      clearTimeout(late)
      await sim.clock.advance(20)
    }
    return sim.clock.now
  }
