/** Ways to Unix sockets; the words are those of test/guest/programs/bypasses/sockets.c. `%00` is a NUL byte. */
import { row, rows } from './table.mjs'

const PEER = 'connect unix:/run/a.sock'
const PLACE = 'listen unix:/run/a.sock'
const NAME = 'connect unix:@name'
const OWN_NAME = 'listen unix:@name'
const FILE = 'connect unix:./@name'

/** Other ways to write that path. A rule means the path byte for byte. */
const PATHS = [
  ...[
    '/run/../run/a.sock',
    '/run/./a.sock',
    '//run/a.sock',
    '/run//a.sock',
    '/run/a.sock/',
    '/run/a.sock/.',
    'run/a.sock',
  ],
  ...[
    './run/a.sock',
    '../run/a.sock',
    '/run/A.sock',
    '/run/a.sock%20',
    '%20/run/a.sock',
    '/run/a.sock%0a',
    '/run/b.sock',
  ],
  ...['/proc/self/root/run/a.sock', '/dev/fd/../../run/a.sock', '/var/run/docker.sock', '/run/a.sock%ff', '/run', '/'],
]

/** Other abstract names, and files that look like one. */
const NAMES = [
  ...['%00name%00', '%00%00name', '%00nam', '%00names', '%00Name', '%00', '%00@name', '%00%40name', '%00/run/a.sock'],
  ...['/@name', '@name/', '@@name', '%00name%20', '%00na%00me'],
]

/** All of them. */
export const unixRows = [
  row('unix connect /run/a.sock', 'EACCES', { [PEER]: 'STARTED' }),
  // What comes after a NUL byte is no part of a path.
  row('unix connect /run/a.sock%00/other', 'EACCES', { [PEER]: 'STARTED' }),
  ...rows(
    PATHS.map((path) => `unix connect ${path}`),
    'EACCES',
  ),
  row('unix listen /run/a.sock', 'EACCES', { [PLACE]: 'OK' }),
  ...rows(
    PATHS.map((path) => `unix listen ${path}`),
    'EACCES',
  ),
  row('unix connect %00name', 'EACCES', { [NAME]: 'STARTED' }),
  ...rows(
    ['@name', './@name'].map((path) => `unix connect ${path}`),
    'EACCES',
    { [FILE]: 'STARTED' },
  ),
  ...rows(
    NAMES.map((path) => `unix connect ${path}`),
    'EACCES',
  ),
  row('unix listen %00name', 'EACCES', { [OWN_NAME]: 'OK' }),
  row('unix listen @name', 'EACCES'),
  ...rows(
    NAMES.map((path) => `unix listen ${path}`),
    'EACCES',
  ),
  // Sockets that are not granted do not exist.
  ...rows(
    ['stat', 'unlink', 'chmod'].flatMap((what) =>
      ['/run/b.sock', '/run/../run/a.sock', '@name'].map((path) => `unix ${what} ${path}`),
    ),
    'ENOENT',
  ),
  // Messages, and packets, only inside of a program.
  ...rows(
    ['/run/a.sock', '/dev/log'].map((path) => `unix send ${path}`),
    'ENOENT',
  ),
  row('unix packets /run/a.sock', 'ENOENT'),
  ...rows(
    ['send', 'packets'].map((what) => `unix ${what} %00name`),
    'ECONNREFUSED',
  ),
  // An empty name is a free abstract name, in a namespace that others see.
  row('unix bind ', 'OK'),
]
