/** Ways to an address; the words are those of test/guest/programs/bypasses/sockets.c. */
import { hex, row, rows } from './table.mjs'
import { unixRows } from './unix.mjs'

/** The rules that are granted one by one. */
const TCP = 'connect 127.0.0.1:80'
const TCP6 = 'connect [::1]:80'
const LINK = 'connect [fe80::1%lo]:80'
const LISTEN = 'listen 127.0.0.1:8080'
const FREE = 'listen 127.0.0.1:0'
const SEND = 'send 127.0.0.1:53'
const DENY = 'deny 127.0.0.0/8'

/** A way to what {@link TCP} grants. */
const WAY = { [TCP]: 'STARTED', [DENY]: 'EACCES' }

/** Forms of 127.0.0.1 that the C library understands: they are that address, for a rule too. */
const SPELLINGS = [
  ...['127.0.0.1', '127.1', '127.0.1', '127.0.0.01', '127.00.0.1'],
  ...['0x7f.1', '0x7f000001', '0X7F.0X0.0X0.0X1', '0x7f.0.0.1', '0x7f.0.1', '0177.1', '0177.0.0.01', '017700000001'],
  ...['2130706433', '127.0x1', '0x7f.01', '127.0.0x0.1', '0x0000007f.0.0.1', '0177.0x0.1'],
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:7F00:0001', '0:0:0:0:0:ffff:127.0.0.1', '0::ffff:7f00:1'],
]

/** Addresses that lead to 127.0.0.1 somewhere, or look like it, and are others for a rule. */
const OTHERS = [
  ...['127.0.0.2', '127.255.255.255', '0177.0.0.02', '0x7f.2', '0.0.0.0', '0', '::', '::0.0.0.0', '::127.0.0.1'],
  ...['::ffff:0.0.0.0', '::ffff:127.0.0.2', '::ffff:0:127.0.0.1', '64:ff9b::127.0.0.1', '64:ff9b::7f00:1'],
  ...['64:ff9b:1::7f00:1', '2002:7f00:1::', '2002:7f00:1::1', 'fe80::7f00:1', 'fec0::1', 'ff02::1', '255.255.255.255'],
  // Numbers that do not fit are the greatest one, as in the C library.
  ...['4294967296', '0x100000000', '0x'],
  ...['169.254.169.254', '::ffff:169.254.169.254', '10.0.0.1', '1.1.1.1', '100.100.100.200', 'fd00:ec2::254'],
]

/** Texts that are no numbers of an address. */
const NONE = [
  ...['127.0.0.1.', '127.0.0.256', '1.2.3.4.5', '127.0.0.1%20', '%20127.0.0.1', '127.0.0.1:80', '[::1]'],
  ...['127..1', '127.0.0.', '.127.0.0.1', '127.0.0.1/8', '::ffff:127.0.0.256'],
  ...[
    '%ef%bc%91%ef%bc%92%ef%bc%97.0.0.1',
    '127%e3%80%820%e3%80%820%e3%80%821',
    '%e2%91%a0',
    '127.0.0.1%09',
    '+127.0.0.1',
  ],
  ...['::ffff:127.1', '::ffff:0x7f.0.0.1', '1::2::3', '::1::', 'localhost', '127.0.0.08', '0x7g.1', '-1'],
]

/** A `sockaddr_in`: family, port, address, padding. @param {number} port @param {...number} ip @returns {string} */
const in4 = (port, ...ip) => hex('0200', port >> 8, port & 255, ...ip, '0000000000000000')

/** A `sockaddr_in6`. @param {string} address @param {string} flow @param {string} scope @returns {string} */
const in6 = (address, flow = '00000000', scope = '00000000') => hex('0a00', '0050', flow, address, scope)

const MAPPED = '00000000000000000000ffff7f000001'
const ONE = '00000000000000000000000000000001'
const LINK_LOCAL = 'fe800000000000000000000000000001'

const connecting = [
  ...rows(
    SPELLINGS.map((host) => `inet tcp connect ${host} 80`),
    'EACCES',
    WAY,
  ),
  ...rows(
    OTHERS.map((host) => `inet tcp connect ${host} 80`),
    'EACCES',
  ),
  ...rows(
    NONE.map((host) => `inet tcp connect ${host} 80`),
    'NO ADDRESS',
  ),
  ...rows(
    ['::1', '0:0:0:0:0:0:0:1', '::0.0.0.1', '::01', '0::1'].map((host) => `inet tcp connect ${host} 80`),
    'EACCES',
    {
      [TCP6]: 'STARTED',
    },
  ),
  // A number is a port only as a whole.
  ...rows(
    ['081', '79', '0', '65535', '8080', '800'].map((port) => `inet tcp connect 127.0.0.1 ${port}`),
    'EACCES',
  ),
  row('inet tcp connect 127.0.0.1 080', 'EACCES', WAY),
  ...rows(
    ['65616', '-65456', '0x50', '80x', '4294967376'].map((port) => `inet tcp connect 127.0.0.1 ${port}`),
    'NO ADDRESS',
  ),
  // Scopes: only the one that a rule names, which no other guest sees.
  row('inet tcp connect fe80::1%lo 80', 'EACCES', { [LINK]: 'ENETUNREACH' }),
  ...rows(
    ['fe80::2%lo', 'fe80::1%'].map((host) => `inet tcp connect ${host} 80`),
    'EACCES',
  ),
  ...rows(
    ['fe80::1%eth0', 'fe80::1%2', '::1%2'].map((host) => `inet tcp connect ${host} 80`),
    'NO ADDRESS',
  ),
  row('inet tcp connect fe80::1 80', 'EACCES'),
  // Structures.
  row(`inet tcp open 4 connect raw ${in4(80, 127, 0, 0, 1)}`, 'EACCES', WAY),
  row(`inet tcp open 4 connect raw ${hex(in4(80, 127, 0, 0, 1).slice(0, 16), 'ffffffffffffffff')}`, 'EACCES', WAY),
  row(`inet tcp open 4 connect raw ${hex(in4(80, 127, 0, 0, 1), '00'.repeat(100))}`, 'EACCES', WAY),
  row(`inet tcp open 4 connect raw ${in4(80, 127, 0, 0, 1).slice(0, 30)}`, 'EINVAL'),
  row(`inet tcp open 4 connect raw 02`, 'EINVAL'),
  row(`inet tcp open 4 connect raw ${in6(MAPPED)}`, 'EAFNOSUPPORT'),
  row(`inet tcp open 6 connect raw ${in4(80, 127, 0, 0, 1)}`, 'EINVAL'),
  row(`inet tcp open 6 connect raw ${in6(MAPPED)}`, 'EACCES', WAY),
  row(`inet tcp open 6 connect raw ${in6(ONE, 'deadbeef')}`, 'EACCES', { [TCP6]: 'STARTED' }),
  row(`inet tcp open 6 connect raw ${in6(ONE, '00000000', '01000000')}`, 'EACCES'),
  row(`inet tcp open 6 connect raw ${in6(LINK_LOCAL, '00000000', '01000000')}`, 'EACCES', { [LINK]: 'ENETUNREACH' }),
  row(`inet tcp open 6 connect raw ${in6(LINK_LOCAL, '00000000', 'ffffffff')}`, 'EACCES'),
  row(`inet tcp open 4 connect raw ${hex('6300', '0050', '7f000001', '0000000000000000')}`, 'EAFNOSUPPORT'),
]

/** Steps before a connection, and after one that was refused. */
const implicit = [
  ...rows(
    ['bind 0.0.0.0 0', 'bind 127.0.0.1 0', 'option reuseaddr', 'option reuseport', 'dup', 'pass', 'forget'].map(
      (step) => `inet tcp open 4 ${step} connect 127.0.0.1 80`,
    ),
    'EACCES',
    WAY,
  ),
  ...rows(
    ['::', '::1'].map((from) => `inet tcp bind ${from} 0 connect ::1 80`),
    'EACCES',
    { [TCP6]: 'STARTED' },
  ),
  row('inet tcp open 6 option dual connect ::ffff:127.0.0.1 80', 'EACCES', WAY),
  // From a port of its own choice, which a guest may not take.
  ...rows(
    ['127.0.0.1 81', '0.0.0.0 81', '192.0.2.1 0'].map((from) => `inet tcp bind ${from} connect 127.0.0.1 80`),
    'EACCES',
  ),
  row('inet tcp bind 127.0.0.2 0 connect 127.0.0.1 80', 'EACCES', WAY),
  row('inet tcp connect 127.0.0.1 81 connect 127.0.0.1 80', 'EACCES', WAY),
  row('inet tcp connect 127.0.0.1 81 forget connect 127.0.0.2 80', 'EACCES'),
  row('inet tcp connect 127.0.0.1 81 dup connect 127.0.0.1 81', 'EACCES'),
]

const listening = [
  ...rows(
    ['127.0.0.1 8080', '127.1 8080', '::ffff:127.0.0.1 8080'].map((at) => `inet tcp bind ${at} listen`),
    'EACCES',
    {
      [LISTEN]: 'OK',
      [DENY]: 'EACCES',
    },
  ),
  ...rows(
    ['127.0.0.1 0', '0x7f.1 0'].map((at) => `inet tcp bind ${at} listen`),
    'EACCES',
    { [FREE]: 'OK', [DENY]: 'EACCES' },
  ),
  ...rows(
    [
      '0.0.0.0 8080',
      ':: 8080',
      '::ffff:0.0.0.0 8080',
      '127.0.0.2 8080',
      '::1 8080',
      '::127.0.0.1 8080',
      '127.0.0.1 8081',
    ].map((at) => `inet tcp bind ${at} listen`),
    'EACCES',
  ),
  ...rows(
    ['0.0.0.0 8082', ':: 8082', '::ffff:0.0.0.0 8082'].map((at) => `inet tcp bind ${at} listen`),
    'EACCES',
    { [DENY]: 'EACCES' },
  ),
  ...rows(
    ['0.0.0.0 0', ':: 0', '::1 0', '127.0.0.2 0', '127.0.0.1 22'].map((at) => `inet tcp bind ${at} listen`),
    'EACCES',
  ),
  // Without bind(), listen() takes a port of all addresses.
  ...rows(
    ['4', '6', '6 option dual'].map((family) => `inet tcp open ${family} listen`),
    'EACCES',
  ),
  ...rows(
    ['4 dup', '4 pass', '4 option reuseport'].map((steps) => `inet tcp open ${steps} listen`),
    'EACCES',
  ),
  ...rows(
    ['reuseaddr', 'reuseport'].map((name) => `inet tcp open 4 option ${name} bind 0.0.0.0 8080 listen`),
    'EACCES',
  ),
  row('inet tcp open 6 option dual bind :: 8080 listen', 'EACCES'),
  row('inet tcp bind 127.0.0.1 8081 dup listen', 'EACCES'),
  row('inet tcp bind 127.0.0.1 8081 pass listen', 'EACCES'),
  // Whether a machine has an address, bind() tells nobody.
  ...rows(
    ['192.0.2.1 0', '10.0.0.1 0', '2001:db8::1 0', '192.0.2.1 8080'].map((at) => `inet tcp bind ${at}`),
    'OK',
  ),
]

const messages = [
  ...['sendto 127.0.0.1 53', 'sendmsg 127.0.0.1 53', 'sendto ::ffff:127.0.0.1 53', 'connect 127.1 53'].map((steps) =>
    row(`inet udp ${steps}`, 'EACCES', { [SEND]: 'OK', [DENY]: 'EACCES' }),
  ),
  ...['bind 0.0.0.0 0', 'bind 127.0.0.1 0', 'open 4 dup', 'open 4 pass', 'open 4 option reuseport'].map((before) =>
    row(`inet udp ${before} sendto 127.0.0.1 53`, 'EACCES', { [SEND]: 'OK', [DENY]: 'EACCES' }),
  ),
  row('inet udp connect 127.0.0.1 53 forget sendto 127.0.0.1 53', 'EACCES', { [SEND]: 'OK', [DENY]: 'EACCES' }),
  // A granted address is the way to no other one.
  ...['sendto 127.0.0.1 54', 'sendmsg 127.0.0.1 54', 'connect 127.0.0.1 54 sendto 127.0.0.1 54'].map((steps) =>
    row(`inet udp connect 127.0.0.1 53 ${steps}`, 'EACCES', { [SEND]: 'EISCONN' }),
  ),
  row('inet udp connect 127.0.0.1 53 forget sendto 127.0.0.1 54', 'EACCES'),
  row('inet udp connect 127.0.0.1 53 send connect 10.0.0.1 53', 'EACCES'),
  ...['127.0.0.2 53', '10.0.0.1 53', '::1 53', '::127.0.0.1 53', '64:ff9b::7f00:1 53', '169.254.169.254 53'].flatMap(
    (to) => rows([`inet udp sendto ${to}`, `inet udp connect ${to}`], 'EACCES'),
  ),
  // An address without a port is asked about by resolvers; nothing can be sent there.
  ...rows(
    ['127.0.0.1 0', '10.0.0.1 0'].map((to) => `inet udp connect ${to}`),
    'EACCES',
  ),
  row('inet udp open 4 send', 'EDESTADDRREQ'),
  row('inet udp connect 127.0.0.1 53 send', 'EDESTADDRREQ', { [SEND]: 'OK' }),
  ...rows(
    ['127.0.0.1 8080', '127.0.0.1 0', '0.0.0.0 8080', ':: 0'].map((at) => `inet udp bind ${at} sendto 10.0.0.1 53`),
    'EACCES',
  ),
  // A port of one's own choice is listening.
  ...rows(
    ['0.0.0.0 8080', ':: 8080', '::1 8080', '127.0.0.1 8081'].map((at) => `inet udp bind ${at}`),
    'EACCES',
  ),
  row('inet udp bind 127.0.0.1 8080', 'EACCES', { [LISTEN]: 'OK' }),
  row('inet udp bind ::ffff:127.0.0.1 8080', 'EACCES', { [LISTEN]: 'OK' }),
  row('inet udp open 4 option reuseport bind 0.0.0.0 5353', 'EACCES'),
  // Broadcast and groups.
  ...rows(
    ['255.255.255.255 53', '127.255.255.255 53', '224.0.0.1 53', '239.1.2.3 53'].map(
      (to) => `inet udp open 4 option broadcast sendto ${to}`,
    ),
    'EACCES',
  ),
  ...rows(
    ['ff02::1 53', 'ff02::fb 5353', 'ff05::2 53'].map((to) => `inet udp sendto ${to}`),
    'EACCES',
  ),
  // Before a socket is bound, a group is only noted.
  ...rows(
    ['224.0.0.251 5353', '239.1.2.3 0', 'ff02::fb 0'].map((group) => `inet udp join ${group}`),
    'OK',
  ),
  ...rows(
    ['bind 0.0.0.0 0 join 224.0.0.251 0', 'join 224.0.0.251 0 bind 0.0.0.0 0'].map((steps) => `inet udp ${steps}`),
    'EACCES',
  ),
  row('inet udp join 224.0.0.251 0 sendto 127.0.0.1 53', 'EACCES'),
  row('inet udp bind :: 0 join ff02::fb 0', 'EACCES'),
]

/** All of them. */
export const socketRows = [...connecting, ...implicit, ...listening, ...messages, ...unixRows]
