/** Ways by names; the words are those of test/guest/programs/bypasses/names.c. */
import { row, rows } from './table.mjs'

const RESOLVE = 'resolve granted.test'
const CONNECT = 'connect granted.test:80'
const MOVES = 'connect moves.test:80'
const INSIDE = 'connect inside.test:80=127.0.0.0/8'
const BELOW = 'connect *.below.test:80'
const ADDRESS = 'connect 127.0.0.1:80'

/** An address of the outside, to which this network has no way: what passes the policy ends there. */
const OUT = '198.51.100.7'
const PASSED = 'ENETUNREACH ENETUNREACH'
const REFUSED = 'EACCES EACCES'

/** Addresses that lead inside, which the owner of a name may give it. */
const INTERNAL = [
  ...['127.0.0.1', '127.1.2.3', '0.0.0.0', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
  ...[
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '2002:7f00:1::1',
  ],
  ...['fe80::1', 'fe80::1%1', 'fc00::1', 'fd00:ec2::254', 'fec0::1', '::ffff:169.254.169.254', '224.0.0.1', 'ff02::1'],
  ...['255.255.255.255', '192.0.0.1', '198.18.0.1', '240.0.0.1'],
]

/** Answers that are no addresses. */
const NONSENSE = [
  '',
  'granted.test',
  '127.0.0.1:80',
  '0x7f.1',
  '127.1',
  '2130706433',
  '127.0.0.1\0',
  '[::1]',
  '::1%',
  '1.2.3',
]

/** The answers to each name: one for each lookup, and the last one from then on. */
export const names = {
  'granted.test': [[OUT]],
  'moves.test': [[OUT], ['198.51.100.8'], [OUT, '127.0.0.1'], ['127.0.0.1'], []],
  'inside.test': [['127.0.0.1', '10.0.0.1', OUT]],
  'x.below.test': [[OUT]],
  'a.b.below.test': [[OUT]],
  'below.test': [[OUT]],
  ...Object.fromEntries(INTERNAL.map((address, index) => [`in${index}.below.test`, [[address]]])),
  ...Object.fromEntries(NONSENSE.map((text, index) => [`odd${index}.below.test`, [[text]]])),
  'mixed.below.test': [['127.0.0.1', OUT, '::1', '10.0.0.1']],
}

/** The answer for a name that is refused, and for a text that is no name. */
const UNKNOWN = 'EACCES'
const NO_NAME = 'EAI_NONAME'
const LONG = 'a'.repeat(63)

/** All of them. The order matters: a name is looked up before its addresses are tried. */
export const namesRows = [
  // What no name has led to yet.
  row(`direct ${OUT}`, `OK ${OUT} ${REFUSED}`),
  row('lookup granted.test', UNKNOWN, {
    [RESOLVE]: `OK ${OUT} ${REFUSED}`,
    [CONNECT]: `OK ${OUT} ${PASSED}`,
  }),
  row('lookup granted.test 81', UNKNOWN, { [RESOLVE]: `OK ${OUT} ${REFUSED}`, [CONNECT]: `OK ${OUT} ${REFUSED}` }),
  // The same name in other words; names have no case, and a dot at the end means the root.
  ...rows(
    ['GRANTED.TEST', 'Granted.Test', 'granted.test.', 'granted%e3%80%82test', 'granted.test%00.other.test'].map(
      (name) => `lookup ${name}`,
    ),
    UNKNOWN,
    { [RESOLVE]: `OK ${OUT} ${REFUSED}`, [CONNECT]: `OK ${OUT} ${PASSED}` },
  ),
  // Other names, and texts that are none.
  ...rows(
    [
      ...[
        'xgranted.test',
        'x.granted.test',
        'granted.test.evil',
        'granted-test',
        'granted_test',
        'grantedXtest',
        'grante',
      ],
      ...['gr%c3%a4nted.test', '%ef%bd%87ranted.test.evil', '_granted.test', 'xn--granted.test', 'granted.test1'],
    ].map((name) => `lookup ${name}`),
    UNKNOWN,
  ),
  ...rows(
    [
      ...['granted.test..', '.granted.test', 'granted..test', 'granted.test%20', '%20granted.test', 'granted.test:80'],
      ...['granted.test/', 'granted.test%0a', '*.test', '*', '-granted.test', 'granted.test%25lo', `${LONG}a.test`],
    ].map((name) => `lookup ${name}`),
    NO_NAME,
  ),
  row(`lookup ${LONG}.${LONG}.${LONG}.${LONG}.test`, 'EINVAL'),
  ...rows(
    ['example.com', 'metadata.google.internal', 'host.docker.internal', 'wpad', 'evil.test', 'ip6-localhost'].map(
      (name) => `lookup ${name}`,
    ),
    UNKNOWN,
  ),
  // localhost is always loopback, which that name does not grant.
  row('lookup localhost', `OK 127.0.0.1 ${REFUSED} ::1 ${REFUSED}`, {
    [ADDRESS]: `OK 127.0.0.1 STARTED OK ::1 ${REFUSED}`,
  }),
  // A name that moves leads to its latest addresses only, and never inside.
  row(`lookup moves.test`, UNKNOWN, { [MOVES]: `OK ${OUT} ${PASSED}` }),
  row(`direct ${OUT}`, `OK ${OUT} ${REFUSED}`, { [MOVES]: `OK ${OUT} ${PASSED}`, [CONNECT]: `OK ${OUT} ${PASSED}` }),
  row('lookup moves.test', UNKNOWN, { [MOVES]: `OK 198.51.100.8 ${PASSED}` }),
  row(`direct ${OUT}`, `OK ${OUT} ${REFUSED}`, { [CONNECT]: `OK ${OUT} ${PASSED}` }),
  row('lookup moves.test', UNKNOWN, { [MOVES]: `OK ${OUT} ${PASSED}` }),
  row('lookup moves.test', UNKNOWN, { [MOVES]: UNKNOWN }),
  row(`direct ${OUT}`, `OK ${OUT} ${REFUSED}`, { [CONNECT]: `OK ${OUT} ${PASSED}` }),
  row('lookup moves.test', UNKNOWN),
  ...rows(
    ['127.0.0.1', '127.0.0.2', '::ffff:127.0.0.1'].map((address) => `direct ${address}`),
    '',
  ).map(({ words }) => {
    const address = words.slice(7)
    const granted = address.endsWith('127.0.0.1') ? 'STARTED OK' : REFUSED
    return row(words, `OK ${address} ${REFUSED}`, { [ADDRESS]: `OK ${address} ${granted}` })
  }),
  // A name that may lead inside leads where its rule says, and grants nothing there that it does not lead to.
  row('lookup inside.test', UNKNOWN, { [INSIDE]: `OK 127.0.0.1 STARTED OK` }),
  row('lookup inside.test 81', UNKNOWN, { [INSIDE]: `OK 127.0.0.1 ${REFUSED}` }),
  row('direct 127.0.0.3', `OK 127.0.0.3 ${REFUSED}`),
  // Names below a name, which is not one of them.
  ...rows(
    ['x.below.test', 'a.b.below.test'].map((name) => `lookup ${name}`),
    UNKNOWN,
    { [BELOW]: `OK ${OUT} ${PASSED}` },
  ),
  ...rows(
    ['below.test', 'xbelow.test', 'x.below.test.evil', 'below.test.x'].map((name) => `lookup ${name}`),
    UNKNOWN,
  ),
  row('lookup mixed.below.test', UNKNOWN, { [BELOW]: `OK ${OUT} ${PASSED}` }),
  ...rows(
    INTERNAL.map((_, index) => `lookup in${index}.below.test`),
    UNKNOWN,
  ),
  ...rows(
    NONSENSE.map((_, index) => `lookup odd${index}.below.test`),
    UNKNOWN,
  ),
  // The names of addresses.
  row('reverse 127.0.0.1', NO_NAME, { [ADDRESS]: 'inside.example', [INSIDE]: 'inside.example' }),
  ...rows(
    ['::1', '10.0.0.1', '127.0.0.2'].map((address) => `reverse ${address}`),
    NO_NAME,
  ),
  row(`reverse ${OUT}`, NO_NAME, { [CONNECT]: 'inside.example', [BELOW]: 'inside.example' }),
]
