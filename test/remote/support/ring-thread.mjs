/** The other thread of ring.test.ts: it blocks while it waits. */
import { parentPort, workerData } from 'node:worker_threads'

/** @typedef {typeof import('../../../src/remote/ring.js')} RingModule */

// The compiled module is imported at run time: it does not exist yet when this file is checked.
const compiled = new URL('../../../build/lib/remote/ring.js', import.meta.url).href
/** @type {RingModule} */
const { RingReader, RingWriter } = await import(compiled)

const nothing = new Uint8Array(0)

/**
 * Sends each ball back.
 *
 * @param {{ there: SharedArrayBuffer, back: SharedArrayBuffer, rounds: number }} data
 */
function sendBack({ there, back, rounds }) {
  const [reader, writer] = [new RingReader(there), new RingWriter(back)]
  for (let round = 0; round < rounds; ) {
    const had = reader.drain((kind, id) => {
      writer.write(kind, id, 0, nothing)
      writer.publish()
      round++
    })
    if (!had) reader.sleep(Number.POSITIVE_INFINITY)
  }
}

/** @param {{ ring: SharedArrayBuffer, payloads: Uint8Array[] }} data */
function write({ ring, payloads }) {
  const writer = new RingWriter(ring)
  for (const payload of payloads) while (!writer.write(1, 0, 0, payload)) writer.waitForRoom()
  writer.publish()
}

/** @param {{ ring: SharedArrayBuffer, count: number }} data */
function read({ ring, count }) {
  const reader = new RingReader(ring)
  /** @type {Uint8Array[]} */
  const payloads = []
  while (payloads.length < count) {
    const had = reader.drain((_kind, _id, _value, payload) => payloads.push(payload.slice()))
    if (!had) reader.sleep(Number.POSITIVE_INFINITY)
  }
  parentPort?.postMessage(new Uint8Array(Buffer.concat(payloads)))
}

if (workerData.task === 'return') sendBack(workerData)
else if (workerData.task === 'write') write(workerData)
else read(workerData)
