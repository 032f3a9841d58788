/**
 * Sorts addresses as RFC 8305 (section 4) wants them tried: the families take turns, the first address's family first, so that a
 * family that leads nowhere costs little. Within a family the order stays.
 */
export function alternateFamilies<T extends { readonly family: unknown }>(addresses: readonly T[]): T[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family)
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family)
  return first.flatMap((address, at) => [address, ...second.slice(at, at + 1)]).concat(second.slice(first.length))
}
