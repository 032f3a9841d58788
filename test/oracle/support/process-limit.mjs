/**
 * Two scenarios of `native/descriptors.c` in a process with few descriptors, where the host runs out of them.
 * process-limit.test.ts runs it with the library in `dist`; it prints the traces like the oracle.
 *
 * usage: process-limit.mjs handle|net
 */
import { Loop, StatusCode, TCP } from 'libuv-wasm'
import { nodeHost } from 'libuv-wasm/node'

const transport = process.argv[2] === 'net' ? 'net' : 'handle'

/** @param {number} status */
const nameOf = (status) =>
  Object.keys(StatusCode)
    .find((name) => StatusCode[name] === status)
    ?.replace('SUCCESS', '0')

/**
 * Prints the result of a call, and returns it.
 *
 * @param {string} what
 * @param {() => unknown} call
 */
const told = (what, call) => {
  let result = '0'
  try {
    call()
  } catch (error) {
    result = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
  if (what !== '') console.log(`${what} = ${result}`)
  return result
}

/**
 * Binds sockets until there is no descriptor left.
 *
 * @param {Loop} loop
 * @returns a function that closes the socket that was bound last
 */
const fill = (loop) => {
  /** @type {TCP[]} */
  const fillers = []
  const release = () => void fillers.pop()?.close()
  let result = '0'
  while (result === '0') {
    const filler = new TCP({ loop })
    fillers.push(filler)
    result = told('', () => filler.bind(['127.0.0.1', 0]))
  }
  release()
  console.log(`fill ${result}`)
  return release
}

/** @param {Loop} loop */
const callsThatNeedOne = (loop) => {
  const release = fill(loop)
  const [one, two, three] = [new TCP({ loop }), new TCP({ loop }), new TCP({ loop })]
  told('one bind', () => one.bind(['127.0.0.1', 0]))
  told('two listen', () => two.listen())
  told('three connect', () => three.connect(['127.0.0.1', 9]))
  release()
  told('one bind', () => one.bind(['127.0.0.1', 0]))
  told('one listen', () => one.listen())
  told('two listen', () => two.listen())
  release()
  told('two listen', () => two.listen())
  loop.stop()
}

/** @param {Loop} loop */
const nothingToAcceptWith = (loop) => {
  const server = new TCP({ loop })
  server.bind(['127.0.0.1', 0])
  server.listen(128, (_server, status) => {
    console.log(`server connection ${nameOf(status)}`)
    told('server accept', () => server.accept())
    end()
  })
  const { port } = server.sockname
  const release = fill(loop)
  let ends = 2
  const end = () => {
    if (--ends === 0) loop.stop()
  }
  /**
   * @param {string} name
   * @param {(client: TCP) => void} then
   */
  const call = (name, then) => {
    const client = new TCP({ loop })
    told(`${name} connect`, () =>
      client.connect(['127.0.0.1', port], (_request, status) => {
        console.log(`${name} connect ${nameOf(status)}`)
        then(client)
      }),
    )
  }
  release()
  call('client', (client) => {
    told('client readStart', () =>
      client.readStart((_client, status) => {
        console.log(`client read ${nameOf(status)}`)
        release()
        release()
        call('again', end)
      }),
    )
  })
}

for (const [name, play] of Object.entries({
  'calls that need one': callsThatNeedOne,
  'nothing to accept with': nothingToAcceptWith,
})) {
  console.log(`# ${name}`)
  const loop = await Loop.open({ host: nodeHost({ transport }) })
  play(loop)
  await loop.run()
  await loop[Symbol.asyncDispose]()
}
