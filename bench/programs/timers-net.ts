/** Node's timers: COUNT of them are started, every second one is stopped, and the others fire. */
import { begin } from './report.js'

const count = Number(process.argv[2])
const finish = begin()
let left = count - Math.floor(count / 2)
const timers = Array.from({ length: count }, (_, index) => setTimeout(ring, 1 + ((index * 7919) % 100)))
for (let index = 1; index < count; index += 2) clearTimeout(timers[index])

function ring(): void {
  if (--left === 0) finish(count)
}
