/** The moves of a guest with descriptors that report events, and with duplicates. */
import { type Author, descriptor, fixed, flags, needed, optional } from './author.js'
import { type Move, newest } from './socket-moves.js'

const [ADD, REMOVE, MODIFY] = [1, 2, 3]
const [ONE_SHOT, EDGE] = [2 ** 30, 2 ** 31]
/** `UVH_TIMERS`, and one more than the signal that stands for all real-time signals. */
const [MOST_TIMERS, MOST_SIGNALS] = [32, 33]
const ANY = [
  'stream',
  'listener',
  'datagram',
  'unix',
  'reader',
  'writer',
  'epoll',
  'notifier',
  'counter',
  'timer',
  'file',
] as const

function make(author: Author): void {
  const { c, random } = author
  const flag = random.pick([0, c.O_NONBLOCK, c.O_CLOEXEC])
  const most = newest(author)
  random.pick([
    () => author.call('epoll_create', [flags(random.pick([0, c.O_CLOEXEC]))], { result: author.free('epoll'), most }),
    () => author.call('eventfd', [fixed(random.int(0, 2)), flags(flag)], { result: author.free('counter'), most }),
    () => author.call('timerfd_create', [fixed(random.int(0, 1)), flags(flag)], { result: author.free('timer'), most }),
  ])()
}

/** A descriptor of a kind, which is made first if there is probably none. */
function existing(author: Author, kind: 'epoll' | 'timer'): number {
  const { random } = author
  if (author.count(kind) > 0 && random.chance(0.6)) return author.slot(kind)
  const result = author.free(kind)
  const most = newest(author)
  if (kind === 'epoll') author.call('epoll_create', [flags(0)], { result, most })
  else author.call('timerfd_create', [fixed(random.int(0, 1)), flags(0)], { result, most })
  return result
}

function control(author: Author): void {
  const { c, random } = author
  const events = random.pick([c.POLLIN, c.POLLOUT, c.POLLIN | c.POLLOUT, 0]) | random.pick([0, ONE_SHOT, EDGE])
  const event = author.words(events, 0, random.int(0, 9), 0)
  const command = random.pick([ADD, ADD, MODIFY, REMOVE])
  const [epoll, fd] = [descriptor(existing(author, 'epoll')), descriptor(author.slot(...ANY))]
  author.call('epoll_ctl', [epoll, flags(command), fd, command === REMOVE ? optional(event) : needed(event, 16)], {
    most: 0,
  })
}

function wait(author: Author): void {
  const most = author.random.int(1, 4)
  const events = needed(author.room(16 * most), 16 * most)
  author.call('epoll_wait', [descriptor(existing(author, 'epoll')), events, fixed(most)], { most })
}

/** A timer in two doubles: its first time and its interval. */
function setTimer(author: Author): void {
  const { random } = author
  const times = new Float64Array([random.pick([0, 1, 1e6, 1e18, Number.NaN, -1]), random.pick([0, 1e6, 1e-310])])
  const setting = needed(author.put(new Uint8Array(times.buffer)), 16)
  const timer = descriptor(existing(author, 'timer'))
  author.call('timerfd_settime', [timer, flags(random.int(0, 1)), setting, optional(author.room(16))], { most: 0 })
  author.call('timerfd_gettime', [timer, needed(author.room(16), 16)], { most: 0 })
}

/** A duplicate, under the lowest number or in another descriptor's place. */
function duplicate(author: Author): void {
  const { c, random } = author
  const from = descriptor(author.slot(...ANY))
  const result = author.free('stream')
  // Not changed: other commands answer with flags, which would be taken for the numbers of standard streams.
  const command = fixed(random.pick([c.F_DUPFD, c.F_DUPFD_CLOEXEC]))
  if (random.chance(0.5)) return author.call('fcntl', [from, command, fixed(random.int(0, 8))], { result })
  // Not in a file's place: preview 1 reads files, and would wait for anything else.
  const to = descriptor(author.slot('stream', 'unix', 'reader', 'writer'))
  author.call('dup', [from, to, flags(random.pick([0, c.O_CLOEXEC]))])
}

/**
 * Sets what signals do, and timers that send none before the guest has ended. The word for signals that have arrived
 * may be changed by any other call, and while it is not 0 every wait fails: so it is moved to one that stays 0.
 */
function signals(author: Author): void {
  const { random } = author
  author.call('signals', [
    flags(random.int(0, 0x7fff_ffff)),
    flags(random.int(0, 0x7fff_ffff)),
    needed(author.room(4), 4),
  ])
  author.script.call('signals', [0, 0, author.quiet])
  const times = () => [fixed(bitsOf(random.pick([0, 1e15, -1, Number.NaN]))), fixed(bitsOf(random.pick([0, 1e15])))]
  author.call('alarm', times())
  const timer = fixed(random.pick([0, 1, random.int(1, MOST_TIMERS), MOST_TIMERS + 1, -1]))
  author.call('timer', [timer, fixed(random.int(-1, MOST_SIGNALS)), ...times()])
}

/** A double as a 64-bit number, which the interpreter makes a double of again. */
const bitsOf = (value: number): bigint => new DataView(new Float64Array([value]).buffer).getBigInt64(0, true)

/** All moves, and how often each is made. */
export const EVENT_MOVES: readonly Move[] = [
  [3, make],
  [4, control],
  [2, wait],
  [2, setTimer],
  [4, duplicate],
  [1, signals],
  [1, (author) => author.call('absent', [needed(author.text('fork').at, 4), fixed(4)])],
  [
    1,
    (author) =>
      author.call('terminal', [
        fixed(author.random.int(0, 4)),
        flags(author.random.int(0, 4)),
        needed(author.room(144), 144),
      ]),
  ],
]
