/** What a text says of a host: one function decides whether it is an address, a name, or neither. */
import { type Ip, parseIp } from './ip.js'

/** An address, or a name as name servers know it: in ASCII. */
export type HostText = { readonly kind: 'address'; readonly ip: Ip } | { readonly kind: 'name'; readonly name: string }

/**
 * Reads the text of a host: an address as {@link parseIp} has it, or a name. A name has labels of letters, digits and hyphens (RFC
 * 1123, section 2.1) and of underscores, which are common; its last label is no number, or it would be an address to another
 * program. Other scripts are brought into ASCII (UTS 46).
 *
 * @returns `undefined` for what is neither
 */
export function readHost(text: unknown): HostText | undefined {
  const ip = parseIp(text)
  if (ip !== undefined) return { kind: 'address', ip }
  const name = typeof text === 'string' && text.length <= NAME_MAX ? toAscii(text) : undefined
  return name !== undefined && isName(name) ? { kind: 'name', name } : undefined
}

/** Whether it is a name in ASCII, see {@link readHost}. */
export function isName(text: string): boolean {
  const labels = (text.endsWith('.') ? text.slice(0, -1) : text).split('.')
  return text.length <= NAME_MAX && labels.every((label) => LABEL.test(label)) && !NUMBER.test(labels.at(-1) ?? '')
}

/** A name as it is compared: in small letters, without a dot at the end; brought into ASCII where it can be. */
export function canonicalName(text: string): string {
  const host = readHost(text)
  return (host?.kind === 'name' ? host.name : text).toLowerCase().replace(/\.$/, '')
}

/** The longest name (RFC 1035, section 2.3.4), and a dot. */
const NAME_MAX = 254

const LABEL = /^(?!-)[a-z\d_-]{1,63}(?<!-)$/i

/** What the readers of addresses take for one, in decimal or not (WHATWG URL, "ends in a number"). */
const NUMBER = /^(?:\d+|0x[\da-f]*)$/i

/** No ASCII but a name's, so that nothing of a URL's syntax comes in; and nothing that is not seen, but for joiners. */
const OTHER_SCRIPT = /^[\w.\-\u{80}-\u{10ffff}]+$/u
const UNSEEN = /[\p{Z}\p{Cc}\p{Cs}\p{Co}\p{Cn}]|(?![\u200c\u200d])\p{Cf}/u

/** A name in ASCII. The platform's parser of URLs is what knows how: it is given names only, and what it made is read again. */
function toAscii(text: string): string | undefined {
  if (/^[ -~]*$/.test(text)) return text
  if (!OTHER_SCRIPT.test(text) || UNSEEN.test(text)) return undefined
  try {
    return new URL(`ws://${text}`).hostname
  } catch {
    return undefined
  }
}
