/** The same with the TypeScript API. */
import { Loop, Timer } from 'libuv-wasm'
import { begin } from './report.js'

const count = Number(process.argv[2])
const loop = await Loop.open()
const finish = begin()
let left = count - Math.floor(count / 2)
const timers = Array.from({ length: count }, (_, index) => {
  const timer = new Timer({ loop })
  timer.start(1 + ((index * 7919) % 100), 0, ring)
  return timer
})
for (let index = 1; index < count; index += 2) timers[index]?.stop()

function ring(): void {
  if (--left === 0) finish(count)
}

await loop.run()
