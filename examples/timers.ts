import { Loop, Timer } from 'libuv-wasm'

const loop = await Loop.open()

let count = 3
const countdown = new Timer({ loop })
countdown.start(0, 100, (timer) => {
  console.log(count === 0 ? 'lift-off' : count)
  if (count-- === 0) timer.close()
})

// An unreferenced timer does not keep its loop running: this one never fires.
const patience = new Timer({ loop })
patience.start(60_000, 0, () => console.log('a minute has passed'))
patience.unref()

await loop.run()
// Closes the remaining handles, and the loop.
await loop[Symbol.asyncDispose]()
