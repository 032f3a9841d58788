/** Ways to files, descriptors and knowledge; the words are those of test/guest/programs/bypasses/world.c. */
import { row, rows } from './table.mjs'

/** The files that the program is given. @type {import('libuv-wasm/guest').Directory} */
export const FILES = new Map(
  /** @type {[string, Uint8Array | import('libuv-wasm/guest').Directory | { link: string }][]} */ (
    Object.entries({
      own: new Uint8Array([1]),
      folder: new Map([['inner', new Uint8Array([2])]]),
      out: { link: '/etc/passwd' },
      up: { link: '../../../../etc/passwd' },
      root: { link: '/proc/self/root' },
      around: { link: 'around' },
      home: { link: '/' },
    })
  ),
)

/** Paths of the host's, in forms that might lead out of what a program was given. */
const OUT = [
  ...[
    '/etc/passwd',
    '/etc/hostname',
    '/etc/hosts',
    '/etc/machine-id',
    '/proc/self/environ',
    '/proc/self/cmdline',
    '/proc/1/root',
  ],
  ...[
    '/proc/self/maps',
    '/proc/self/fd/0',
    '/proc/cpuinfo',
    '/proc/net/tcp',
    '/sys/class/net',
    '/dev/mem',
    '/dev/sda',
    '/dev/tty0',
  ],
  ...[
    '/dev/shm',
    '/tmp',
    '/home/user',
    '/root',
    '/usr/bin/env',
    '/var/run/docker.sock',
    '/run/secrets',
    '/nix',
    '/Users',
  ],
  ...['/../etc/passwd', '/../../../../etc/passwd', '../etc/passwd', '../../../etc/passwd', './../../etc/passwd'],
  ...[
    '/folder/../../etc/passwd',
    '/folder/./../../../etc/passwd',
    '/dev/../../etc/passwd',
    '//etc/passwd',
    '///etc///passwd',
  ],
  ...[
    '/folder/..%2f..%2fetc%2fpasswd',
    '/..%5c..%5cetc%5cpasswd',
    'C:/Windows/win.ini',
    'C:%5cWindows',
    '%5c%5c?%5cC:',
    '/c/Windows',
  ],
  ...[
    'file:///etc/passwd',
    '/etc/passwd%00',
    '%ff%fe/etc',
    '/.%c0%ae/etc/passwd',
    '~root',
    '/dev/fd/100',
    'own:stream',
  ],
  ...['out', 'up', 'root', 'root/etc/passwd', 'home/etc/passwd', 'home/../etc/passwd'],
]

/** All of them. */
export const worldRows = [
  // Descriptors: the three streams, and none of the process's.
  ...rows(
    ['read', 'write', 'stat', 'name', 'peer', 'accept', 'listen', 'shutdown', 'dup', 'openat', 'map', 'flags'].flatMap(
      (call) => [
        `numbers ${call} 3 600`,
        `numbers ${call} -5 -1`,
        `numbers ${call} 65530 65540`,
        `numbers ${call} 2147483600 2147483646`,
      ],
    ),
    '0',
  ),
  row('numbers flags 0 600', '3'),
  ...rows(
    OUT.map((path) => `file open ${path}`),
    'ENOENT',
  ),
  ...rows(
    ['own/', 'own/../own', 'own/.', '/dev/null/../../etc/passwd'].map((path) => `file open ${path}`),
    'ENOTDIR',
  ),
  row('file open around', 'ELOOP'),
  row(`file open /${'x'.repeat(256)}`, 'ENAMETOOLONG'),
  row(`file open ${'/x'.repeat(2048)}`, 'ENAMETOOLONG'),
  ...rows(
    ['/proc', '/etc', '/sys'].map((path) => `file list ${path}`),
    'ENOENT',
  ),
  ...rows(
    ['/etc/passwd', '/proc/self/exe'].flatMap((path) => [
      `file stat ${path}`,
      `file readlink ${path}`,
      `file chdir ${path}`,
    ]),
    'ENOENT',
  ),
  ...rows(
    ['/etc/new', '../etc/new', '/proc/new', '/sys/new'].map((path) => `file create ${path}`),
    'ENOENT',
  ),
  ...rows(
    ['/etc/cron.d/x', '/proc/x'].map((path) => `file mkdir ${path}`),
    'ENOENT',
  ),
  row('file rename /etc/passwd /own2', 'ENOENT'),
  row('file rename /own /etc/own', 'ENOENT'),
  row('file link /etc/passwd /own2', 'ENOENT'),
  row('file bynew /etc/passwd /made1', 'ENOENT'),
  row('file bynew ../../../etc/passwd /folder/made2', 'ENOENT'),
  row('file bynew /proc/self/fd/0 /made3', 'ENOENT'),
  ...rows(
    ['../etc/passwd', '../../etc/passwd', '/etc/passwd', '../up', '../out'].map((path) => `file from ${path} /folder`),
    'ENOENT',
  ),
  row('file from ../own /folder', 'OK'),
  ...rows(
    ['-1', '3', '4', '100', '599', '-100000'].map((fd) => `file fromfd own ${fd}`),
    'EBADF',
  ),
  ...rows(
    ['0', '1', '2'].map((fd) => `file fromfd own ${fd}`),
    'ENOTDIR',
  ),
  row('file chroot /', 'EPERM'),
  // What a program learns: the same on every machine.
  row('learn hostname', 'localhost'),
  row('learn uvhostname', 'localhost'),
  row('learn domain', '(none)'),
  row('learn uname', 'libuv-wasm|localhost|1|#1|wasm32'),
  row('learn interfaces', '2 1 2'),
  ...rows(
    ['eth0', 'ens3', 'wlan0', 'docker0'].map((name) => `learn index ${name}`),
    '0',
  ),
  ...rows(
    ['2', '3', '100'].map((index) => `learn name ${index}`),
    'nothing',
  ),
  row('learn cpus', '1 WebAssembly'),
  row('learn users', 'nobody'),
  ...rows(
    ['root', 'daemon', 'www-data'].map((name) => `learn user ${name}`),
    'unknown',
  ),
  row('learn login', 'nothing'),
  row('learn ids', '0'),
  row('learn home', '/nonexistent'),
  row('learn cwd', '/'),
  row('learn exe', '/bypasses'),
  row('learn pids', '43'),
  row('learn children', 'ESRCH'),
  row('learn memory', 'its own'),
  row('learn uptime', 'its own'),
  row('learn load', '-1'),
  row('learn environment', 'nothing'),
  ...rows(
    ['time', 'timeofday', 'uv', 'file', 'clock', 'monotonic'].map((how) => `learn clock ${how}`),
    'withheld',
  ),
]
