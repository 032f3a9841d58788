/** The moves of a guest with libuv's system calls. */

import type { CallName } from '../guest/signatures.js'
import { address, addressRoom, orNone, socketName, toFill, toSend } from './addresses.js'
import { type Author, descriptor, fixed, flags, type Given, length, needed, optional } from './author.js'

/** A move of a guest: one or several calls. */
export type Move = readonly [weight: number, make: (author: Author) => void]

/** The largest number of a descriptor that the calls of the host can open. */
export const newest = ({ guest }: Author): number => (guest.linked ? 0 : SEPARATE) + guest.maxDescriptors - 1

/** The lowest number of a socket, if the module does not say what it was linked with. */
const SEPARATE = 256

function socket(author: Author): void {
  const { c, random } = author
  const family = random.pick([c.AF_INET, c.AF_INET, c.AF_INET, c.AF_INET6, c.AF_UNIX])
  const datagrams = random.chance(0.25) && family !== c.AF_UNIX
  const type = (datagrams ? c.SOCK_DGRAM : c.SOCK_STREAM) | random.pick([0, c.SOCK_NONBLOCK, c.SOCK_CLOEXEC])
  const result = author.free(family === c.AF_UNIX ? 'unix' : datagrams ? 'datagram' : 'stream')
  author.call('socket', [flags(family), flags(type), flags(0)], { result, most: newest(author) })
}

/** A port of a peer, or one that the guest may bind. */
function port({ guest, random }: Author): number {
  const { echo, silent, talker, rude, own } = guest.places
  return random.pick([echo, echo, echo, echo, silent, talker, talker, rude, ...own])
}

function connect(author: Author): void {
  const { random } = author
  const slot = author.slot('stream', 'stream', 'datagram', 'unix')
  const named = author.count('unix') > 0 && random.chance(0.15)
  const to = named ? socketName(author) : address(author, port(author), random.chance(0.1) ? 'ipv6' : 'ipv4')
  author.call('connect', [descriptor(named ? author.slot('unix') : slot), ...to], { most: 0 })
}

/** Connects a socket to the echo server, and reads its bytes back. */
function converse(author: Author): void {
  const { c, script } = author
  const slot = author.free('stream')
  author.call('socket', [fixed(c.AF_INET), fixed(c.SOCK_STREAM), fixed(0)], { result: slot, most: newest(author) })
  author.call('connect', [fixed({ register: slot }), ...address(author, author.guest.places.echo)], { most: 0 })
  script.wait(1)
  for (let round = author.random.int(1, 3); round > 0; round--) {
    send(author, slot)
    script.wait(1)
    receive(author, slot)
  }
}

function send(author: Author, slot: number): void {
  const { c, random } = author
  const large = random.chance(0.05)
  const { given, total, wrong } = toSend(author, large ? 32_768 : 2048)
  const to = random.pick([c.MSG_NOSIGNAL, 0, 0, c.MSG_DONTWAIT])
  const expected = { most: total, refused: wrong }
  if (random.chance(0.6)) return author.call('writev', [descriptor(slot), ...given, flags(to)], expected)
  const where: [Given, Given] = random.chance(0.5)
    ? [optional(0), length(0)]
    : orNone(address(author, random.pick([author.guest.places.messages, author.guest.places.messages, port(author)])))
  author.call('sendto', [descriptor(slot), ...given, flags(to), ...where], expected)
}

function receive(author: Author, slot: number): void {
  const { c, random } = author
  const { given, total, wrong } = toFill(author)
  const from = random.pick([0, 0, 0, c.MSG_PEEK, c.MSG_DONTWAIT])
  if (random.chance(0.6)) {
    return author.call('readv', [descriptor(slot), ...given, flags(from)], { most: total, refused: wrong })
  }
  const where: [Given, Given] = random.chance(0.5) ? [optional(0), optional(0)] : orNone(addressRoom(author))
  author.call('recvfrom', [descriptor(slot), ...given, flags(from), ...where], { most: 65_535, refused: wrong })
}

/** Sends a datagram to the echo server, and receives it. */
function message(author: Author): void {
  const { c, script, guest } = author
  const slot = author.free('datagram')
  author.call('socket', [fixed(c.AF_INET), fixed(c.SOCK_DGRAM), fixed(0)], { result: slot, most: newest(author) })
  const { given, total, wrong } = toSend(author, 512)
  const to = orNone(address(author, guest.places.messages))
  author.call('sendto', [fixed({ register: slot }), ...given, flags(0), ...to], { most: total, refused: wrong })
  script.wait(1)
  receive(author, slot)
}

/** A listener, and a connection of the guest to it. */
function serve(author: Author): void {
  const { c, script, random } = author
  const [listener, client, accepted] = [author.free('listener'), author.free('stream'), author.free('stream')]
  const own = random.pick(author.guest.places.own)
  const open = [fixed(c.AF_INET), fixed(c.SOCK_STREAM), fixed(0)]
  author.call('socket', open, { result: listener, most: newest(author) })
  author.call('bind', [fixed({ register: listener }), ...address(author, own)], { most: 0 })
  author.call('listen', [fixed({ register: listener }), length(random.int(0, 4))], { most: 0 })
  author.call('socket', open, { result: client, most: newest(author) })
  author.call('connect', [fixed({ register: client }), ...address(author, own)], { most: 0 })
  script.wait(1)
  accept(author, listener, accepted)
  send(author, client)
  script.wait(1)
  receive(author, accepted)
}

function accept(author: Author, listener: number, result: number): void {
  const { c, random } = author
  const where: [Given, Given] = random.chance(0.5) ? [optional(0), optional(0)] : orNone(addressRoom(author))
  const given = [descriptor(listener), ...where, flags(random.pick([0, c.SOCK_NONBLOCK, c.SOCK_CLOEXEC]))]
  author.call('accept', given, { result, most: newest(author) })
}

/** Passes descriptors from one socket to another, which may be itself, and receives some. */
function pass(author: Author): void {
  const { c, random, script } = author
  const { msghdr, cmsghdr } = author.numbers.layout
  const count = random.int(0, 3)
  const room = cmsghdr.size + 4 * count
  const control = author.words(room + random.pick([0, 0, 0, 4]), c.SOL_SOCKET, c.SCM_RIGHTS, 0, 0, 0)
  for (let index = 0; index < count; index++)
    script.copy(control + cmsghdr.size + 4 * index, 256 + 4 * random.int(0, 23))
  const buffer = author.words(author.room(8), random.int(0, 8))
  const message = (): number => {
    const at = author.put(new Uint8Array(msghdr.size))
    const fields = [
      [msghdr.msg_iov, buffer],
      [msghdr.msg_iovlen, random.pick([1, 1, 1, 0, 2000])],
      [msghdr.msg_control, random.pick([control, control, control, 0xffff_fff0])],
      [msghdr.msg_controllen, random.pick([room, room, room, 4, 0])],
    ] as const
    for (const [offset, value] of fields) script.poke(at + offset, new Uint8Array(new Uint32Array([value]).buffer))
    return at
  }
  const slot = author.slot('unix')
  author.call('sendmsg', [descriptor(slot), needed(message(), msghdr.size), flags(0)], { most: 8 })
  if (random.chance(0.3)) author.closeSome()
  const from = flags(random.pick([0, 0, c.MSG_PEEK, c.MSG_CMSG_CLOEXEC]))
  author.call('recvmsg', [descriptor(author.slot('unix')), needed(message(), msghdr.size), from], { most: 65_535 })
}

/** Calls that create two descriptors. */
function pair(author: Author): void {
  const { c, random, script } = author
  const fds = author.words(0xffff_ffff, 0xffff_ffff)
  const isPipe = random.chance(0.5)
  const [first, second] = [author.free(isPipe ? 'reader' : 'unix'), author.free(isPipe ? 'writer' : 'unix')]
  if (isPipe) author.call('pipe', [needed(fds, 8), flags(random.pick([0, c.O_NONBLOCK, c.O_CLOEXEC]))], { most: 0 })
  else author.call('socketpair', [flags(c.AF_UNIX), flags(c.SOCK_STREAM), flags(0), needed(fds, 8)], { most: 0 })
  script.copy(256 + 4 * first, fds)
  script.copy(256 + 4 * second, fds + 4)
  send(author, second)
  receive(author, first)
}

function option(author: Author): void {
  const { c, random } = author
  const slot = author.slot('stream', 'listener', 'datagram', 'unix')
  const [level, name] = author.oneOf<readonly [number, number]>([
    ...[c.SO_ERROR, c.SO_TYPE, c.SO_REUSEADDR, c.SO_KEEPALIVE, c.SO_LINGER, c.SO_SNDBUF, c.SO_RCVBUF].map(
      (one) => [c.SOL_SOCKET, one] as const,
    ),
    [c.SOL_SOCKET, c.SO_ACCEPTCONN],
    [c.SOL_SOCKET, c.SO_BROADCAST],
    [c.IPPROTO_TCP, c.TCP_NODELAY],
    [c.IPPROTO_TCP, c.TCP_KEEPIDLE],
    [c.IPPROTO_IP, c.IP_TTL],
    [c.IPPROTO_IP, c.IP_ADD_MEMBERSHIP],
    [c.IPPROTO_IPV6, c.IPV6_V6ONLY],
    [c.IPPROTO_IPV6, c.MCAST_JOIN_SOURCE_GROUP],
  ])
  const at = [descriptor(slot), flags(level), flags(name)]
  if (random.chance(0.5)) {
    return author.call(
      'getsockopt',
      [...at, needed(author.room(16), 4), needed(author.words(random.pick([4, 8])), 4)],
      { most: 0 },
    )
  }
  const value = author.words(random.pick([0, 1, 60, 5000, 0x7f00_0001]), random.pick([0, 1, 0xffff_ffff]))
  author.call('setsockopt', [...at, needed(value, 4), length(random.pick([4, 4, 8]))], { most: 0 })
}

function poll(author: Author): void {
  const { c, random, script, guest } = author
  const count = random.int(0, 6)
  const { size, fd, events } = author.numbers.layout.pollfd
  const fds = author.put(new Uint8Array(Math.max(1, size * count)))
  for (let index = 0; index < count; index++) {
    const wanted = random.pick([c.POLLIN, c.POLLOUT, c.POLLIN | c.POLLOUT, 0xffff])
    script.poke(fds + index * size + events, new Uint8Array(new Uint16Array([wanted, 0]).buffer))
    script.copy(fds + index * size + fd, 256 + 4 * random.int(0, 23))
  }
  const ms = guest.driver === 'pump' ? 0 : random.pick([0, 0, 0, 1])
  const given = count > 0 ? needed(fds, size * count) : optional(fds)
  author.call('poll', [given, fixed(count), fixed(ms)], { most: count })
}

function ready(author: Author): void {
  const { random } = author
  const most = random.int(1, 8)
  author.call('poll_wait', [needed(author.room(8 * most), 8 * most), fixed(most), fixed(0)], { most })
}

function watch(author: Author): void {
  const { c, random } = author
  const slot = author.slot('stream', 'listener', 'datagram', 'unix', 'reader', 'writer', 'lookup')
  const events = random.pick([0, c.POLLIN, c.POLLIN | c.POLLOUT, c.POLLIN | c.POLLRDHUP])
  author.call('poll_ctl', [descriptor(slot), flags(events)], { most: 0 })
}

function name(author: Author): void {
  const { c, random } = author
  const result = author.free('lookup')
  if (random.chance(0.3)) {
    return author.call('reverse', address(author, random.pick([80, 0])), { result, most: newest(author) })
  }
  const { at, length: size } = author.text(
    random.pick(['localhost', 'localhost', '127.0.0.1', 'here.test', 'no.test', 'a b', 'é', 'x'.repeat(255)]),
  )
  if (random.chance(0.25)) {
    const face = author.text(random.pick(['lo', 'lo', 'lo', 'eth9', 'x'.repeat(300)]))
    return author.call('interface_index', [needed(face.at, face.length), fixed(face.length)], {})
  }
  const family = random.pick([c.AF_UNSPEC, c.AF_UNSPEC, c.AF_INET, c.AF_INET, c.AF_INET6, 99])
  author.call('lookup', [needed(at, size), fixed(size), flags(family)], { result, most: newest(author) })
}

function path(author: Author): void {
  const { at, length: size } = author.text(author.random.pick(['/a', '/b', '/b/c', 'relative', '/'.repeat(300)]))
  const given = [needed(at, size), fixed(size)]
  const call = author.oneOf<CallName>(['unlink', 'stat', 'stat', 'chmod'])
  if (call === 'chmod') author.call('chmod', [...given, flags(author.random.pick([0, 0o777, 0o222]))], { most: 0 })
  else author.call(call, given, { most: call === 'stat' ? 0xffff : 0 })
}

/** A socket bound to a path, and one that connects to it. */
function named(author: Author): void {
  const { c, script } = author
  const [listener, client, accepted] = [author.free('unix'), author.free('unix'), author.free('unix')]
  const [at, size] = socketName(author)
  author.call('socket', [fixed(c.AF_UNIX), fixed(c.SOCK_STREAM), fixed(0)], { result: listener, most: newest(author) })
  author.call('bind', [fixed({ register: listener }), at, size], { most: 0 })
  author.call('listen', [fixed({ register: listener }), length(2)], { most: 0 })
  author.call('socket', [fixed(c.AF_UNIX), fixed(c.SOCK_STREAM), fixed(0)], { result: client, most: newest(author) })
  author.call('connect', [fixed({ register: client }), at, size], { most: 0 })
  script.wait(1)
  accept(author, listener, accepted)
  path(author)
}

/** All moves, and how often each is made. */
export const SOCKET_MOVES: readonly Move[] = [
  [6, socket],
  [6, connect],
  [5, converse],
  [3, message],
  [4, serve],
  [3, named],
  [4, pair],
  [4, pass],
  [8, (author) => send(author, author.slot('stream', 'stream', 'datagram', 'unix', 'writer'))],
  [8, (author) => receive(author, author.slot('stream', 'stream', 'datagram', 'unix', 'reader', 'lookup'))],
  [3, (author) => accept(author, author.slot('listener', 'unix'), author.free('stream'))],
  [3, (author) => author.closeSome()],
  [5, option],
  [3, poll],
  [3, ready],
  [3, watch],
  [4, name],
  [3, path],
  [
    2,
    (author) =>
      author.call('getsockname', [descriptor(author.slot('stream', 'listener', 'datagram')), ...addressRoom(author)], {
        most: 0,
      }),
  ],
  [
    2,
    (author) =>
      author.call('getpeername', [descriptor(author.slot('stream', 'unix')), ...addressRoom(author)], { most: 0 }),
  ],
  [
    2,
    (author) =>
      author.call('shutdown', [descriptor(author.slot('stream', 'unix')), flags(author.random.int(0, 2))], { most: 0 }),
  ],
  [
    2,
    (author) => {
      const { c, random } = author
      const slot = author.slot('stream', 'unix', 'reader')
      author.call('fcntl', [
        descriptor(slot),
        flags(random.pick([c.F_GETFL, c.F_SETFL])),
        flags(random.pick([0, c.O_NONBLOCK])),
      ])
    },
  ],
  [1, (author) => author.call('clock', [])],
]
