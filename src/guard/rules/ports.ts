/** Port numbers in rules: one, a range, a list of both, or all. */

/** The first and the last port of a range, both included. */
export type PortRange = readonly [first: number, last: number]

/** The ports of a rule; `undefined` means all of them, 0 (any free port) included. */
export type Ports = readonly PortRange[] | undefined

const PORT_MAX = 65_535

/**
 * Parses `443`, `8000-8100`, `80,443` or `*`.
 *
 * @returns `null` if the text is none of them
 */
export function parsePorts(text: string): Ports | null {
  if (text === '*') return undefined
  const ranges: PortRange[] = []
  for (const part of text.split(',')) {
    const [, low, high = low] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []
    const [first, last] = [Number(low), Number(high)]
    // A range does not mean 0, which is no port but the wish for a free one.
    if (!(first <= last && last <= PORT_MAX) || (first === 0 && last > 0)) return null
    ranges.push([first, last])
  }
  return ranges
}

/** Formats ports as {@link parsePorts} reads them. */
export function formatPorts(ports: Ports): string {
  return ports?.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',') ?? '*'
}

/** Whether a port is one of them. */
export function hasPort(ports: Ports, port: number): boolean {
  return ports === undefined || ports.some(([first, last]) => first <= port && port <= last)
}
