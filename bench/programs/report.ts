/**
 * The output of a program that measures itself: `ready`, and its figures at the end. `make bench` then terminates it.
 */

/** Reports the start of the work. @returns a function that reports its end, with the number of operations */
export function begin(): (operations: number) => void {
  console.log('ready')
  const began = performance.now()
  return (operations) => {
    console.log(JSON.stringify({ operations, seconds: (performance.now() - began) / 1000 }))
    // Stay alive: `make bench` still has to read the CPU time.
    setInterval(() => {}, 1_000_000)
  }
}
