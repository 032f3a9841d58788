/** Checks limits, and completes them. */

/** Some of the limits; `undefined` is the default. */
type Given<All> = { readonly [Name in keyof All]?: All[Name] | undefined }

/**
 * Completes limits with the defaults.
 *
 * @throws {TypeError} when one is unknown, or not a number of at least 1
 */
export function readLimits<All extends object>(given: Given<All>, defaults: All): All {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) {
      const names = Object.keys(defaults).join(', ')
      throw new TypeError(`Cannot limit ${JSON.stringify(name)}: there is no such limit; give ${names}`)
    }
    if (value !== undefined) requireLimit(name, value)
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(known) }
}

/** Whether a limit is a rate and a burst, and not one number. */
export function isRateName(name: string): boolean {
  return name.endsWith('PerSecond')
}

function requireLimit(name: string, value: unknown): void {
  const isRate = isRateName(name)
  const form = isRate ? '{ rate, burst } with numbers of at least 1' : 'a whole number of at least 1'
  const numbers = isRate ? (isRecord(value) ? [value.rate, value.burst] : [undefined]) : [value]
  if (numbers.every((number) => (isRate ? isAtLeastOne(number) : isAtLeastOne(number) && isWhole(number)))) return
  throw new TypeError(`Cannot limit ${name} to ${JSON.stringify(value)}: it is not a limit; give ${form}`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isAtLeastOne(value: unknown): value is number {
  return typeof value === 'number' && value >= 1
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) || value === Number.POSITIVE_INFINITY
}
