/** Makes a list as short as possible while it keeps its effect: delta debugging. */

/** The result of {@link shrink}. */
export interface Shrunk<Item> {
  readonly list: readonly Item[]
  /** How often it was tried. */
  readonly tries: number
}

/**
 * Finds a short part of a list that still has an effect, so that no single item can be left out, as far as the tries
 * suffice. Zeller and Hildebrandt's algorithm, with the empty list first.
 *
 * @param hasEffect - tries a part
 * @param most - how often it is tried at most
 */
export async function shrink<Item>(
  list: readonly Item[],
  hasEffect: (part: readonly Item[]) => Promise<boolean>,
  most: number,
): Promise<Shrunk<Item>> {
  let tries = 0
  const tried = async (part: readonly Item[]): Promise<boolean> => ++tries <= most && (await hasEffect(part))
  let left = list
  if (left.length === 0 || (await tried([]))) return { list: [], tries: Math.min(tries, most) }
  for (let parts = 2; left.length > 1 && tries < most; ) {
    const smaller = await firstOf(candidates(left, parts), tried)
    if (smaller !== undefined) {
      left = smaller.part
      parts = smaller.isOne ? 2 : Math.max(2, parts - 1)
    } else if (parts >= left.length) break
    else parts = Math.min(left.length, 2 * parts)
  }
  return { list: left, tries: Math.min(tries, most) }
}

interface Candidate<Item> {
  readonly part: readonly Item[]
  /** Whether it is one of the parts, or all but one of them. */
  readonly isOne: boolean
}

/** Each of the parts into which a list is cut, then all but each. */
function candidates<Item>(list: readonly Item[], parts: number): Candidate<Item>[] {
  const edge = (index: number): number => Math.floor((index * list.length) / parts)
  const each = Array.from({ length: parts }, (_, index) => ({ from: edge(index), to: edge(index + 1) }))
  const ones = each.map(({ from, to }) => ({ part: list.slice(from, to), isOne: true }))
  if (parts === 2) return ones
  return [...ones, ...each.map(({ from, to }) => ({ part: [...list.slice(0, from), ...list.slice(to)], isOne: false }))]
}

async function firstOf<Item>(
  all: readonly Candidate<Item>[],
  has: (part: readonly Item[]) => Promise<boolean>,
): Promise<Candidate<Item> | undefined> {
  for (const one of all) if (await has(one.part)) return one
  return undefined
}
