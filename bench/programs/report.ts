/**
 * How a program that measures itself tells it: `ready`, and its figures when it is through. It is ended from outside.
 */

/** Says that the work begins. @returns what ends it, told how many operations there were */
export function begin(): (operations: number) => void {
  console.log('ready')
  const began = performance.now()
  return (operations) => {
    console.log(JSON.stringify({ operations, seconds: (performance.now() - began) / 1000 }))
    // Whoever measures looks at us once more.
    setInterval(() => {}, 1_000_000)
  }
}
