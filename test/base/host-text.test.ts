/** Tests of the text of hosts: an address, a name, or neither. */
import { expect, test } from '@jest/globals'
import { canonicalName, isName, readHost } from '../../src/base/host-text.js'

test.each([
  ['localhost', 'localhost'],
  ['db', 'db'],
  ['DB.example.', 'DB.example.'],
  ['a_b._tcp.example', 'a_b._tcp.example'],
  ['3com.example', '3com.example'],
  ['1.2.3.x4', '1.2.3.x4'],
  ['xn--bcher-kva.test', 'xn--bcher-kva.test'],
  ['Bücher.test', 'xn--bcher-kva.test'],
  ['例え。テスト', 'xn--r8jz45g.xn--zckzah'],
  ['ｅｘａｍｐｌｅ.test', 'example.test'],
  [`${'a'.repeat(63)}.test`, `${'a'.repeat(63)}.test`],
])('%s is read as the name %s', (text, name) => {
  expect(readHost(text)).toEqual({ kind: 'name', name })
})

test.each([
  '',
  ' ',
  '.',
  '..',
  'a..b',
  '.a',
  '-a',
  'a-.b',
  'two words',
  'a/b',
  'a\\b',
  'a@b',
  'a#b',
  'a?b',
  'a:80',
  'a%41',
  'http://a',
  '[::1]',
  '127.0.0.1#é.trusted.example',
  '127.0.0.1/é.trusted.example',
  '127.0.0.1?é',
  'é.trusted.example@127.0.0.1',
  '127.0.0.1\\é',
  '127.0.0.1:80é',
  '127.0.0.1\né',
  '127.0.0.1\té',
  'localhost\0é',
  'localhost\n',
  'localhost ',
  '127.1',
  '0x7f.1',
  '0x7f000001',
  '2130706433',
  '0177.0.0.1',
  '127.0.0.1.',
  '1.2.3.4.5',
  'a.0x1',
  'a.0x',
  'a.12',
  '127。0。0。1',
  '１２７.0.0.1',
  '①２７.0.0.1',
  '0x7f。1',
  '％6c',
  'a／b',
  'a＃b',
  'a＠b',
  'a：80',
  'local\u00adhost',
  '\u200elocalhost',
  'é\u2028',
  'é ',
  '\ud800',
  'xn--é',
  'a'.repeat(64),
  `${'a.'.repeat(127)}a`,
  'é'.repeat(300),
])('%j is neither an address nor a name', (text) => {
  expect(readHost(text)).toBeUndefined()
})

test('an address is not a name, and other values than text are neither', () => {
  for (const text of ['127.0.0.1', '::1', 'fe80::1%eth0']) {
    expect([readHost(text)?.kind, isName(text)]).toEqual(['address', false])
  }
  for (const value of [undefined, null, 80, ['localhost']]) expect(readHost(value)).toBeUndefined()
})

test('canonicalName() returns lower case ASCII without a final dot', () => {
  expect(['DB.Test.', 'BÜCHER.test', 'no name/at all'].map(canonicalName)).toEqual([
    'db.test',
    'xn--bcher-kva.test',
    'no name/at all',
  ])
})
