/**
 * Sorts addresses into the order in which RFC 8305 (section 4) tries them: the families alternate, starting with the
 * family of the first address, so that an unreachable family costs little. The order within a family is kept.
 */
export function alternateFamilies<T extends { readonly family: unknown }>(addresses: readonly T[]): T[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family)
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family)
  return first.flatMap((address, at) => [address, ...second.slice(at, at + 1)]).concat(second.slice(first.length))
}
