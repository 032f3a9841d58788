/** The medians of two costs that were measured by turns, and of their ratio in each round. */
export interface Compared {
  readonly one: number
  readonly other: number
  readonly ratio: number
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/**
 * Measures two things by turns, so that both have the same share of whatever else the machine does.
 *
 * @param one - returns its cost
 * @param other - what it is compared with
 */
export async function alternately(
  one: () => Promise<number>,
  other: () => Promise<number>,
  rounds: number,
): Promise<Compared> {
  const costs: [number, number][] = []
  await one()
  await other()
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await one()
      costs.push([first, await other()])
    } else {
      const first = await other()
      costs.push([await one(), first])
    }
  }
  return {
    one: median(costs.map(([ours]) => ours)),
    other: median(costs.map(([, theirs]) => theirs)),
    ratio: median(costs.map(([ours, theirs]) => ours / theirs)),
  }
}
