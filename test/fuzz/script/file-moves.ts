/** The moves of a guest with WASI preview 1. */

import type { CallName } from '../guest/signatures.js'
import { toFill, toSend } from './addresses.js'
import { type Author, descriptor, fixed, flags, type Given, length, needed, position } from './author.js'
import type { Move } from './socket-moves.js'

/** The folder of all files: a descriptor, or the working directory of a program that uvcc has linked. */
const rootOf = ({ guest }: Author): number => (guest.linked ? -100 : 3)

/** The arguments and the environment of guests. */
export const ARGS = ['fuzz', 'é']
export const ENV = { NAME: 'value' }
const VARIABLES = Object.entries(ENV).map(([name, value]) => `${name}=${value}`)

const SEEK = [0, 1, 2] as const
/** Rights to read and to write; flags to create, to require a folder, to require a new file, to truncate. */
const [READ, WRITE, ALL] = [2n, 64n, 0x1fff_ffffn]
const [CREATE, FOLDER, NEW, CUT] = [1, 2, 4, 8]

/** Often makes a path absolute: such a one works even when the root's descriptor or the working directory is gone. */
const fromRoot = ({ random }: Author, text: string): string =>
  text !== '' && !text.startsWith('/') && random.chance(0.6) ? `/${text}` : text

function path(author: Author): [Given, Given] {
  const { random } = author
  const simple = ['a', 'b', 'c', 'd', 'd/a', 'd/b', 'e', 'd/e', 'l']
  const odd = ['.', '..', '../../../a', 'd/../a', 'l/a', '', '/a', 'a/', 'no/where', 'é\u{1f600}']
  const long = ['x'.repeat(255), 'x'.repeat(256), 'y/'.repeat(2047), '../'.repeat(1000)]
  const plain = author.made.length > 0 && random.chance(0.4) ? author.made.slice(-5) : simple
  const chosen = author.oneOf(random.chance(0.8) ? plain : random.chance(0.8) ? odd : long)
  const text = fromRoot(author, chosen)
  const { at, length: size } = author.text(text)
  return [size > 0 ? needed(at, size) : fixed(at), random.chance(0.97) ? fixed(size) : length(size)]
}

/** A file or a folder, which is created first if there is none. */
function open(author: Author): void {
  const { random, script } = author
  const folder = random.chance(0.25)
  const slot = author.free(folder ? 'folder' : 'file')
  const out = author.words(0xffff_ffff)
  if (folder && random.chance(0.3)) author.call('path_create_directory', [fixed(rootOf(author)), ...path(author)])
  const how = folder ? FOLDER : random.pick([0, CREATE, CREATE, CREATE, CREATE | CUT, CREATE | NEW])
  const rights = random.pick([READ, READ | WRITE, READ | WRITE, WRITE, ALL])
  author.call('path_open', [
    ...[
      fixed(rootOf(author)),
      flags(random.pick([0, 1])),
      ...path(author),
      flags(how),
      position(folder ? READ : rights),
    ],
    ...[position(0n), flags(random.pick([0, 0, 1, 4])), needed(out, 4)],
  ])
  script.copy(256 + 4 * slot, out)
}

/** Opens what nothing stands in the way of. @returns its register */
function openSurely(author: Author, kind: 'file' | 'folder', name: readonly Given[]): number {
  const slot = author.free(kind)
  const out = author.words(0xffff_ffff)
  const how = [flags(kind === 'file' ? CREATE : FOLDER), fixed(kind === 'file' ? ALL : READ)]
  author.call('path_open', [fixed(rootOf(author)), fixed(0), ...name, ...how, fixed(0n), fixed(0), fixed(out)])
  author.script.copy(256 + 4 * slot, out)
  return slot
}

/** A new file for everything. */
const newFile = (author: Author): number => openSurely(author, 'file', freshPath(author).slice(1))

/** The root, as a descriptor that every guest can have. */
const rootFolder = (author: Author): number => openSurely(author, 'folder', [fixed(author.text('/').at), fixed(1)])

const file = (author: Author): Given =>
  descriptor(author.random.chance(0.4) ? newFile(author) : author.slot('file', 'file', 'folder'))

/**
 * A file, or a number that nothing can have. No other: after a wrong call, it may be that of something for which
 * preview 1 waits.
 */
const fileOrNone = (author: Author): Given =>
  fixed(author.random.chance(0.5) ? { register: newFile(author) } : author.random.pick([-1, 2 ** 20, 2 ** 31 - 1]))

/** Maps a file into the arena, and mostly ends that: until then its bytes follow what is written to the file. */
function map(author: Author): void {
  const at = author.room(64)
  const mapped = file(author)
  author.call('map', [mapped, fixed(0n), needed(at, 64), fixed(64)])
  if (author.random.chance(0.8)) author.call('map', [mapped, fixed(0n), needed(at, 1), fixed(0)])
}

/** Watches a file with `inotify`, and ends a watch. */
function watchFiles(author: Author): void {
  const { c, random } = author
  if (author.count('notifier') === 0 || random.chance(0.3)) {
    const flag = flags(random.pick([0, c.O_NONBLOCK, c.O_CLOEXEC]))
    author.call('inotify_init', [flag], { result: author.free('notifier') })
  }
  const notifier = descriptor(author.slot('notifier'))
  const mask = flags(random.pick([0xfff, 0x100_0fff, 0x2000_0002, 2 ** 31 + 4]))
  author.call('inotify_add_watch', [
    notifier,
    ...(random.chance(0.5) ? [fixed(author.text('/').at), fixed(1)] : path(author)),
    mask,
  ])
  if (random.chance(0.5)) author.call('inotify_rm_watch', [notifier, fixed(random.pick([1, 1, 1, 0, 2, 3]))])
}

function write(author: Author): void {
  const { random } = author
  const { given, wrong } = toSend(author)
  const out = author.room(4)
  const refused = { refused: wrong }
  if (random.chance(0.1)) return author.call('fd_write', [fileOrNone(author), ...given, needed(out, 4)], refused)
  if (random.chance(0.5)) return author.call('writev', [file(author), ...given, flags(0)], refused)
  author.call('fd_pwrite', [file(author), ...given, position(BigInt(random.int(0, 50_000))), needed(out, 4)], refused)
}

function read(author: Author): void {
  const { random } = author
  const { given, wrong } = toFill(author)
  const out = author.room(4)
  const refused = { refused: wrong }
  if (random.chance(0.1)) return author.call('fd_read', [fileOrNone(author), ...given, needed(out, 4)], refused)
  if (random.chance(0.5)) return author.call('readv', [file(author), ...given, flags(0)], refused)
  author.call('fd_pread', [file(author), ...given, position(BigInt(random.int(0, 5000))), needed(out, 4)], refused)
}

/** The output of this is compared byte for byte. */
function print(author: Author): void {
  const { given, wrong, parts } = toSend(author, 300)
  const out = author.words(0)
  // The pointer to its result must be known.
  const written = author.random.chance(0.05)
  const to: Given = written ? fixed({ end: 1 }) : fixed(out)
  author.call('fd_write', [fixed(1), ...given, to], { watch: out, prints: parts, refused: wrong || written })
}

function readInput(author: Author): void {
  if (!author.readsInput) return
  const { given, wrong } = toFill(author, 64)
  author.call('fd_read', [fixed(0), ...given, needed(author.room(4), 4)], { refused: wrong })
}

function list(author: Author): void {
  const { random } = author
  const size = random.pick([0, 24, 100, 4096])
  const buffer = size > 0 ? needed(author.room(size), size) : fixed(author.room(1))
  const from = position(BigInt(random.pick([0, 0, 1, 2, 100])))
  const folder = descriptor(random.chance(0.5) ? rootFolder(author) : author.slot('folder'))
  author.call('fd_readdir', [folder, buffer, fixed(size), from, needed(author.room(4), 4)])
}

/** The path that a call in a folder uses. */
const place = (author: Author): Given[] => [
  author.random.chance(0.9) ? fixed(rootOf(author)) : descriptor(author.slot('folder', 'file')),
  ...path(author),
]

const follow = ({ random }: Author): Given => flags(random.int(0, 1))
const time = ({ random }: Author): Given => position(BigInt(random.int(0, 2 ** 31)))

/** A name that is probably not in use. */
function freshPath(author: Author): Given[] {
  const name = fromRoot(author, `new${author.random.int(0, 10_000)}`)
  author.made.push(name)
  const { at, length: size } = author.text(name)
  return [fixed(rootOf(author)), needed(at, size), fixed(size)]
}

/** Reads a symbolic link, often one that has just been created: at other names there is rarely one. */
function readLink(author: Author): void {
  const fresh = author.random.chance(0.3)
  const at = fresh ? freshPath(author) : [fixed(rootOf(author)), ...path(author)]
  if (fresh) author.call('path_symlink', [...path(author), ...at])
  author.call('path_readlink', [...at, needed(author.room(64), 64), fixed(64), needed(author.room(4), 4)])
}

/** Another name for a file, often one that has just been made. */
function link(author: Author): void {
  if (author.random.chance(0.5)) {
    const at = freshPath(author)
    author.call('path_symlink', [...path(author), ...at])
    return author.call('path_link', [fixed(rootOf(author)), flags(0), ...at.slice(1), ...freshPath(author)])
  }
  const to = author.random.chance(0.5) ? place(author) : freshPath(author)
  author.call('path_link', [fixed(rootOf(author)), follow(author), ...path(author), ...to])
}

/** Creates a folder, renames it, and removes it. */
function folderLife(author: Author): void {
  const [first, second] = [freshPath(author), freshPath(author)]
  author.call('path_create_directory', first)
  author.call('path_rename', [...first, ...second])
  author.call('path_remove_directory', second)
}

/** Waits for clocks and descriptors. */
function pollClocks(author: Author): void {
  const { random, guest } = author
  const count = random.int(1, 4)
  const view = new DataView(new ArrayBuffer(48 * count))
  for (let index = 0; index < count; index++) {
    const at = 48 * index
    // The first one is a clock, so that the wait ends.
    const type = index === 0 ? 0 : random.int(0, 3)
    view.setBigUint64(at, BigInt(index), true)
    view.setUint8(at + 8, type)
    view.setUint32(at + 16, type === 0 ? random.int(0, 4) : random.pick([0, 1, 3, 4, 300]), true)
    if (type === 0)
      view.setBigUint64(at + 24, guest.driver === 'pump' ? 0n : BigInt(random.pick([0, 1, 1_000_000])), true)
    if (type === 0) view.setUint16(at + 40, random.pick([0, 0, 1]), true)
  }
  const from: Given = { as: 'list', value: author.put(new Uint8Array(view.buffer)), filled: true }
  author.call('poll_oneoff', [
    from,
    needed(author.room(32 * count), 32 * count),
    { as: 'count', value: count },
    needed(author.room(4), 4),
  ])
}

function sizes(author: Author): void {
  const call = author.oneOf<CallName>(['args_sizes_get', 'environ_sizes_get'])
  author.call(call, [needed(author.room(4), 4), needed(author.room(4), 4)])
}

function texts(author: Author): void {
  const size = (list: readonly string[]): number => new TextEncoder().encode(list.join('')).length + list.length
  const [call, list] = author.oneOf([['args_get', ARGS] as const, ['environ_get', VARIABLES] as const])
  author.call(call, [needed(author.room(64), 4 * list.length), needed(author.room(64), size(list))])
}

function socketCalls(author: Author): void {
  const { random } = author
  const { given } = toSend(author, 64)
  const fd = random.chance(0.5) ? file(author) : descriptor(author.slot('stream'))
  const [a, b] = [fixed(author.room(4)), fixed(author.room(4))]
  random.pick([
    () => author.call('sock_accept', [fd, flags(0), a]),
    () => author.call('sock_recv', [fd, ...given, flags(0), a, b]),
    () => author.call('sock_send', [fd, ...given, flags(0), a]),
    () => author.call('sock_shutdown', [fd, flags(1)]),
  ])()
}

/** Asks for the root, before another call may have closed its number. A guest that uvcc has linked has none. */
export function askForRoot(author: Author): void {
  author.call('fd_prestat_get', [fixed(3), needed(author.room(8), 8)])
  author.call('fd_prestat_dir_name', [fixed(3), needed(author.room(8), 1), fixed(1)])
}

/** All moves, and how often each is made. */
export const FILE_MOVES: readonly Move[] = [
  [10, open],
  [8, write],
  [8, read],
  [4, print],
  [1, readInput],
  [3, list],
  [1, (author) => author.call('fd_close', [file(author)])],
  [2, (author) => author.call('fd_renumber', [file(author), file(author)])],
  [2, (author) => author.call('fd_sync', [file(author)])],
  [2, (author) => author.call('fd_datasync', [file(author)])],
  [1, (author) => author.call('fd_prestat_get', [fixed(author.random.pick([3, 4, 0])), needed(author.room(8), 8)])],
  [1, (author) => author.call('fd_prestat_dir_name', [fixed(rootOf(author)), needed(author.room(8), 1), fixed(1)])],
  [2, (author) => author.call('fd_fdstat_get', [file(author), needed(author.room(24), 24)])],
  [2, (author) => author.call('fd_fdstat_set_flags', [file(author), flags(author.random.pick([0, 1, 4]))])],
  [
    2,
    (author) =>
      author.call('fd_fdstat_set_rights', [
        file(author),
        position(author.random.pick([0n, READ | WRITE])),
        position(0n),
      ]),
  ],
  [2, (author) => author.call('fd_filestat_get', [file(author), needed(author.room(64), 64)])],
  [2, (author) => author.call('fd_filestat_set_size', [file(author), position(BigInt(author.random.int(0, 100_000)))])],
  [
    2,
    (author) =>
      author.call('fd_filestat_set_times', [file(author), time(author), time(author), flags(author.random.int(0, 15))]),
  ],
  [2, (author) => author.call('fd_advise', [file(author), position(0n), position(1n), flags(author.random.int(0, 6))])],
  [
    2,
    (author) =>
      author.call('fd_allocate', [file(author), position(0n), position(BigInt(author.random.int(1, 100_000)))]),
  ],
  [
    2,
    (author) =>
      author.call('fd_seek', [
        file(author),
        position(BigInt(author.random.int(0, 5000))),
        flags(author.random.pick(SEEK)),
        needed(author.room(8), 8),
      ]),
  ],
  [2, (author) => author.call('fd_tell', [file(author), needed(author.room(8), 8)])],
  [1, (author) => author.call('path_create_directory', place(author))],
  [1, (author) => author.call('path_remove_directory', place(author))],
  [2, (author) => author.call('path_unlink_file', place(author))],
  [1, (author) => author.call('path_rename', [...place(author), ...place(author)])],
  [3, link],
  [1, folderLife],
  [1, (author) => author.call('path_symlink', [...path(author), ...place(author)])],
  [2, readLink],
  [
    2,
    (author) =>
      author.call('path_filestat_get', [
        fixed(rootOf(author)),
        follow(author),
        ...path(author),
        needed(author.room(64), 64),
      ]),
  ],
  [
    2,
    (author) =>
      author.call('path_filestat_set_times', [
        fixed(rootOf(author)),
        follow(author),
        ...path(author),
        time(author),
        time(author),
        flags(author.random.int(0, 15)),
      ]),
  ],
  [
    2,
    (author) => author.call('chdir', author.random.chance(0.5) ? [fixed(author.text('/').at), fixed(1)] : path(author)),
  ],
  [2, (author) => author.call('fchdir', [author.random.chance(0.5) ? descriptor(rootFolder(author)) : file(author)])],
  [1, (author) => author.call('getcwd', [needed(author.room(300), 1), fixed(author.random.pick([300, 300, 1, 0]))])],
  [4, watchFiles],
  [2, map],
  [1, (author) => author.call('flock', [file(author), flags(author.random.pick([1, 2, 8, 5, 6]))])],
  [1, (author) => author.call('statfs', [fixed(0), ...path(author), needed(author.room(32), 32)])],
  [2, pollClocks],
  [1, sizes],
  [1, texts],
  [
    1,
    (author) =>
      author.call('clock_time_get', [flags(author.random.int(0, 4)), position(0n), needed(author.room(8), 8)]),
  ],
  [1, (author) => author.call('clock_res_get', [flags(author.random.int(0, 4)), needed(author.room(8), 8)])],
  [1, (author) => author.call('random_get', [needed(author.room(512), 512), fixed(512)])],
  [1, (author) => author.call('sched_yield', [])],
  [1, (author) => author.call('proc_raise', [flags(author.random.int(0, 64))])],
  [1, socketCalls],
  // Without a change, or to what it is already: a lower one would only make others fail.
  [1, (author) => author.call('descriptor_limit', [fixed(author.random.pick([-1, author.guest.maxDescriptors]))])],
]
