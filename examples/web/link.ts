/** The run in the page's address, so that a link repeats it: `#seed=7&at=400&do=120latency80,200cable0`. */
import { type Change, DEFAULTS, type Script, type Setting } from './lab.js'

/** The most moments of a run: five minutes. */
export const LAST = 60_000

/** What an address says. */
export interface Linked extends Script {
  /** The moment to show; `undefined` for a run that begins now. */
  readonly at: number | undefined
}

const isSetting = (name: string): name is Setting => Object.hasOwn(DEFAULTS, name)

/** Reads the part of an address after `#`. What is not valid there is left out. */
export function readLink(hash: string): Linked {
  const given = new URLSearchParams(hash.replace(/^#/, ''))
  const changes = (given.get('do') ?? '').split(',').flatMap((text): Change[] => {
    const [, moment = '', setting = '', value = ''] = /^(\d{1,5})([a-z]+)(\d{1,6})$/.exec(text) ?? []
    return isSetting(setting) ? [{ moment: Number(moment), setting, value: Number(value) }] : []
  })
  const at = given.get('at')
  return {
    seed: wholeNumber(given.get('seed'), 0xffff_ffff) ?? 1,
    at: wholeNumber(at, LAST),
    changes: changes.sort((one, other) => one.moment - other.moment),
  }
}

/** Writes it. */
export function formatLink({ seed, at, changes }: Linked): string {
  const done = changes.map(({ moment, setting, value }) => `${moment}${setting}${value}`).join(',')
  return `#seed=${seed}${at === undefined ? '' : `&at=${at}`}${done === '' ? '' : `&do=${done}`}`
}

function wholeNumber(text: string | null, most: number): number | undefined {
  return text !== null && /^\d{1,10}$/.test(text) && Number(text) <= most ? Number(text) : undefined
}
