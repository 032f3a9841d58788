/** The parent's thread of host.test.ts: it has the host, and serves each pair of rings that it receives. */
import { parentPort, workerData } from 'node:worker_threads'

/** @typedef {typeof import('../../../src/remote/server/host-server.js')} ServerModule */
/** @typedef {typeof import('../../../src/host/node.js')} NodeModule */
/** @typedef {typeof import('../../../src/host/virtual.js')} VirtualModule */

/** @param {string} path */
const compiled = (path) => import(new URL(`../../../build/lib/${path}.js`, import.meta.url).href)
/** @type {ServerModule} */
const { HostServer } = await compiled('remote/server/host-server')
/** @type {NodeModule} */
const { nodeHost } = await compiled('host/node')
/** @type {VirtualModule} */
const { virtualHost } = await compiled('host/virtual')

const host = workerData.host === 'virtual' ? virtualHost() : nodeHost()
host.keepAlive()

const events = {
  onRecord: () => {},
  /** @param {unknown} error */
  onDefect: (error) => {
    throw error
  },
}

parentPort?.on('message', (wires) => void new HostServer(host, wires, events))
parentPort?.postMessage('ready')
