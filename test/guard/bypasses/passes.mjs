/** What a host may be asked under a rule. Written by hand, so that it does not repeat the mistakes of the policy. */

/** A free port of all interfaces or of loopback, from which a guest connects or sends. */
const FREE_PORT = /^(bind|bindDatagram) (0\.0\.0\.0|127\.\d+\.\d+\.\d+|\[::\]|\[::1\]|\[::ffff:127\.0\.0\.1\]):0$/

/** Changes of a socket that reach nothing. */
const HARMLESS =
  /^(set(NoDelay|KeepAlive|Broadcast|Ttl|MulticastTtl|MulticastLoop|BufferSize)|disconnect|reset|exposeDescriptor)\b/

/** What leads to loopback, in the forms in which the host is asked. */
const LOOPBACK = / \[?(::ffff:)?127\.|\[64:ff9b::7f|\[64:ff9b::127|\[2002:7f/

/** An address of IPv4 and its mapped form. @param {string} address @param {number} port @returns {string} */
const both = (address, port) =>
  `(${address.replaceAll('.', '\\.')}|\\[::ffff:${address.replaceAll('.', '\\.')}\\]):${port}`

/** Messages to an address, from a free port. @param {string} to @returns {readonly RegExp[]} */
const messagesTo = (to) => [FREE_PORT, HARMLESS, RegExp(`^(send \\d bytes|connect) ${to}$`), /^send \d bytes$/]

/** @type {Readonly<Record<string, readonly RegExp[]>>} */
const PASSES = {
  'resolve granted.test': [/^lookup granted\.test\.? /i],
  'connect granted.test:80': [
    ...messagesTo('198\\.51\\.100\\.7:80'),
    /^lookup granted\.test\.? /i,
    /^reverse 198\.51\.100\.7:80$/,
  ],
  'connect moves.test:80': [...messagesTo('198\\.51\\.100\\.[78]:80'), /^lookup moves\.test /],
  'connect inside.test:80=127.0.0.0/8': [
    ...messagesTo('127\\.0\\.0\\.1:80'),
    /^lookup inside\.test /,
    /^reverse 127\.0\.0\.1:80$/,
  ],
  'connect *.below.test:80': [
    ...messagesTo('198\\.51\\.100\\.7:80'),
    /^lookup [a-z0-9.]+\.below\.test /,
    /^reverse 198\.51\.100\.7:80$/,
  ],
  'connect 127.0.0.1:80': [...messagesTo(both('127.0.0.1', 80)), /^reverse 127\.0\.0\.1:80$/],
  'connect [::1]:80': messagesTo('\\[::1\\]:80'),
  'connect [fe80::1%lo]:80': [...messagesTo('\\[fe80::1%1\\]:80'), /^interfaces$/],
  'send 127.0.0.1:53': messagesTo(both('127.0.0.1', 53)),
  'listen 127.0.0.1:8080': [RegExp(`^(bind|bindDatagram) ${both('127.0.0.1', 8080)}$`), /^listen 8$/, HARMLESS],
  'listen 127.0.0.1:0': [RegExp(`^(bind|bindDatagram) ${both('127.0.0.1', 0)}$`), /^listen 8$/, HARMLESS],
  'listen 224.0.0.251:5353': [],
  'connect unix:/run/a.sock': [HARMLESS, /^(connect|mode) "?\/run\/a\.sock"?$/],
  'listen unix:/run/a.sock': [/^(bind|mode|unlink|chmod) "?\/run\/a\.sock"?( \d+)?$/, /^listen 8$/],
  'connect unix:@name': [HARMLESS, /^(connect|mode) "\\u0000name"$/],
  'listen unix:@name': [/^(bind|mode|unlink|chmod) "\\u0000name"( \d+)?$/, /^listen 8$/],
  'connect unix:./@name': [HARMLESS, /^(connect|mode) "?(\.\/)?@name"?$/],
}

/**
 * Whether the host may be asked that.
 *
 * @param {string} rule - the only rule that is granted, or `nothing`
 * @param {string} line - a line of the log
 */
export const passes = (rule, line) => {
  if (rule.startsWith('deny ')) return !(/^(connect|send) /.test(line) && LOOPBACK.test(line))
  return (PASSES[rule] ?? []).some((one) => one.test(line))
}
