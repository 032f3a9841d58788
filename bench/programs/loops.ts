/** The cost of loops: prints times in milliseconds, and the initial memory of a loop in bytes. */
import { createServer } from 'node:net'

const LOOPS = 1000

const time = async (work: () => unknown): Promise<number> => {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const listen = async (): Promise<void> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.close()
}

const listening = await time(listen)
const imported = performance.now()
const { Loop } = await import('libuv-wasm')
const importing = performance.now() - imported
const first = performance.now()
const loop = await Loop.open()
const cold = performance.now() - first
const { memory } = loop.resources
loop.close()

const times: number[] = []
for (let index = 0; index < LOOPS; index++) times.push(await time(async () => (await Loop.open()).close()))
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const figures = { importing, cold, warm: median(times), first100: median(times.slice(0, 100)) }
console.log(JSON.stringify({ ...figures, last100: median(times.slice(-100)), listening, memory }))
