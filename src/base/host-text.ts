/** The only function that decides whether a host text is an address, a name, or neither. */
import { type Ip, parseIp } from './ip.js'

/** An IP address, or a host name in ASCII, as name servers use it. */
export type HostText = { readonly kind: 'address'; readonly ip: Ip } | { readonly kind: 'name'; readonly name: string }

/**
 * Parses a host text: an address accepted by {@link parseIp}, or a name. The labels of a name consist of letters,
 * digits and hyphens (RFC 1123, section 2.1), and of underscores, which are common. The last label must not be a
 * number, because other programs would read the name as an address. Other scripts are converted to ASCII (UTS 46).
 *
 * @returns `undefined` if the text is neither
 */
export function readHost(text: unknown): HostText | undefined {
  const ip = parseIp(text)
  if (ip !== undefined) return { kind: 'address', ip }
  const name = typeof text === 'string' && text.length <= NAME_MAX ? toAscii(text) : undefined
  return name !== undefined && isName(name) ? { kind: 'name', name } : undefined
}

/** Whether the text is a name in ASCII; see {@link readHost}. */
export function isName(text: string): boolean {
  const labels = (text.endsWith('.') ? text.slice(0, -1) : text).split('.')
  return text.length <= NAME_MAX && labels.every((label) => LABEL.test(label)) && !NUMBER.test(labels.at(-1) ?? '')
}

/** The form in which names are compared: lower case, without a trailing dot, converted to ASCII where possible. */
export function canonicalName(text: string): string {
  const host = readHost(text)
  return (host?.kind === 'name' ? host.name : text).toLowerCase().replace(/\.$/, '')
}

/** The length of the longest name (RFC 1035, section 2.3.4) with a trailing dot. */
const NAME_MAX = 254

const LABEL = /^(?!-)[a-z\d_-]{1,63}(?<!-)$/i

/** What address parsers read as a number, decimal or not (WHATWG URL, "ends in a number"). */
const NUMBER = /^(?:\d+|0x[\da-f]*)$/i

/** Of ASCII only the characters of names, so that no URL syntax gets in; and no invisible characters except joiners. */
const OTHER_SCRIPT = /^[\w.\-\u{80}-\u{10ffff}]+$/u
const UNSEEN = /[\p{Z}\p{Cc}\p{Cs}\p{Co}\p{Cn}]|(?![\u200c\u200d])\p{Cf}/u

/**
 * Converts a name to ASCII with the platform's URL parser. The parser gets names only, and the caller validates its
 * result again.
 */
function toAscii(text: string): string | undefined {
  if (/^[ -~]*$/.test(text)) return text
  if (!OTHER_SCRIPT.test(text) || UNSEEN.test(text)) return undefined
  try {
    return new URL(`ws://${text}`).hostname
  } catch {
    return undefined
  }
}
