/**
 * What a policy adds to an echoed message: the processor time of messages between two loops on a network in memory,
 * with a policy around the server's host and without one, by turns. Prints the medians in microseconds, and of the
 * ratio.
 */
import { type Host, Loop, policyHost, TCP, virtualHost } from 'libuv-wasm'
import { alternately } from './alternately.js'

const MESSAGES = 20_000
const ADDRESS = ['127.0.0.1', 80] as const
const message = new Uint8Array(64)

/** Policies have some rules, of which the last is the one that allows. */
const guarded = (host: Host): Host =>
  policyHost(host, {
    connect: ['10.0.0.0/8:443', '*.example.com:443', '127.0.0.1:80'],
    listen: ['127.0.0.1:8080', '127.0.0.1:80'],
    accept: ['10.0.0.0/8', '127.0.0.1'],
    deny: ['169.254.0.0/16'],
  })

/** Prepares an exchange. @returns a function that exchanges all messages once, and returns microseconds for each */
async function exchange(wrap: (host: Host) => Host): Promise<() => Promise<number>> {
  const host = virtualHost({ seed: 7 })
  const [here, there] = [await Loop.open({ host: wrap(host) }), await Loop.open({ host: wrap(host) })]
  const server = new TCP({ loop: there })
  server.bind(ADDRESS)
  server.listen(1, (server) => {
    server.accept().readStart((peer, status, data) => {
      if (status === 0) peer.write(data)
    })
  })
  const client = new TCP({ loop: here })
  let left = 0
  let done = (): void => {}
  client.connect(ADDRESS, () => {
    client.readStart(() => {
      if (--left > 0) client.write(message)
      else done()
    })
    done()
  })
  void there.run()
  void here.run()
  await new Promise<void>((resolve) => {
    done = resolve
  })
  return async () => {
    left = MESSAGES
    const before = process.cpuUsage()
    await new Promise<void>((resolve) => {
      done = resolve
      client.write(message)
    })
    const { user, system } = process.cpuUsage(before)
    return (user + system) / MESSAGES
  }
}

const plain = await exchange((host) => host)
const policy = await exchange(guarded)
console.log(JSON.stringify(await alternately(policy, plain, 30)))
process.exit()
