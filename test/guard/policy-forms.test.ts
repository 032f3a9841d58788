/** The forms of a policy: objects, JSON and flags, which convert to each other, and what it explains. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { Policy } from '../../src/guard/policy.js'
import type { PolicyRules } from '../../src/guard/rules/policy-rules.js'
import { ACTIONS } from '../../src/guard/rules/rule.js'
import { runSeed } from '../support/random.js'

const hosts = fc.constantFrom('10.0.0.0/8', '[::1]', '[2001:db8::/32]', '192.0.2.1', '*')
const names = fc.constantFrom('example.com', '*.example.com', 'db.internal')
const ports = fc.constantFrom('', ':443', ':8000-8100', ':80,443', ':1-10,443')
const schemes = fc.constantFrom('', 'tcp://', 'udp://')
const comments = fc.option(fc.string({ minLength: 1 }), { nil: undefined })

const addressRules = fc.tuple(schemes, hosts, ports).map((parts) => parts.join(''))
const nameRules = fc
  .tuple(schemes, names, ports, fc.constantFrom('', '=10.0.0.0/8', '=10.0.0.0/8=fd00::/8'))
  .map((parts) => parts.join(''))
const paths = fc.constantFrom('unix:/run/a,b', 'unix:@name', 'unix:*', 'unix:./@x', 'service:cache', 'service:*')

const policies: fc.Arbitrary<PolicyRules> = fc.record(
  {
    connect: fc.array(fc.oneof(addressRules, nameRules, paths)),
    listen: fc.array(fc.oneof(addressRules, paths)),
    accept: fc.array(addressRules),
    resolve: fc.array(fc.oneof(names, hosts)),
    deny: fc.record({ connect: fc.array(addressRules), resolve: fc.array(names) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
)

test('each form converts to the others', () => {
  fc.assert(
    fc.property(policies, (given) => {
      const policy = new Policy(given)
      expect(Policy.fromFlags(policy.toFlags()).rules).toEqual(policy.rules)
      expect(Policy.parse(JSON.stringify(policy)).rules).toEqual(policy.rules)
      // Another copy of this package has a class of its own.
      const foreign: object = { toJSON: () => policy.toJSON() }
      expect(new Policy(foreign).rules).toEqual(policy.rules)
    }),
    { seed: runSeed() },
  )
})

test('comments survive JSON', () => {
  fc.assert(
    fc.property(fc.oneof(addressRules, nameRules), comments, (text, comment) => {
      const [first] = new Policy({ connect: [text] }).rules
      const { host, port, protocol, resolvesTo } = object(text)
      const policy = new Policy({
        connect: [{ host, ...port, ...protocol, ...resolvesTo, ...(comment !== undefined && { comment }) }],
      })
      expect(policy.rules).toEqual([{ ...first, comment }])
      expect(Policy.parse(JSON.stringify(policy)).rules).toEqual(policy.rules)
    }),
    { seed: runSeed() },
  )
})

/** The object form of a text, by hand. */
function object(text: string) {
  const [place = '', ...ranges] = text.split('=')
  const [, scheme, host = '', port] = /^(?:(tcp|udp):\/\/)?(\[.*\]|[^:]*)(?::(.*))?$/.exec(place) ?? []
  return {
    host,
    port: port !== undefined && { port },
    protocol: (scheme === 'tcp' || scheme === 'udp') && ({ protocol: scheme } as const),
    resolvesTo: ranges.length > 0 && { resolvesTo: ranges },
  }
}

test.each<[string, readonly string[]]>([
  ['--allow-connect=db.internal:5432,10.0.0.0/8:443', ['db.internal:5432', '10.0.0.0/8:443']],
  ['--allow-connect=tcp://*.internal:5432,6432', ['tcp://*.internal:5432,6432']],
  ['--allow-connect=a.test:1,2-3,b.test,[::1]:4,5', ['a.test:1,2-3', 'b.test', '[::1]:4,5']],
  ['--allow-connect=unix:/run/a,b', ['unix:/run/a,b']],
  ['--allow-connect=localhost:80', ['127.0.0.1:80', '[::1]:80']],
])('the flag %s has the rules %j', (flag, rules) => {
  expect(Policy.fromFlags([flag]).toJSON()).toEqual({ connect: rules })
})

test.each([
  '--allow-bind=127.0.0.1:80',
  '--allow-connect',
  '--permit-connect=*',
  'allow-connect=*',
  '--allow-connect=',
])('%j is not a flag of a policy', (flag) => {
  expect(() => Policy.fromFlags([flag])).toThrow(/Cannot (read the flag|use the rule)/)
})

test.each<[string, PolicyRules, RegExp]>([
  ['a name to listen on', { listen: ['db.test:80'] }, /to allow listen: a name is not possible/],
  ['a path to accept from', { accept: ['unix:/a'] }, /a path or a service is not possible/],
  ['a port of a lookup', { resolve: ['db.test:80'] }, /a lookup has no port/],
  ['TCP to send', { send: ['tcp://127.0.0.1:80'] }, /leave tcp:\/\/ out/],
  ['resolvesTo of an address', { connect: ['10.0.0.1:80=10.0.0.0/8'] }, /resolvesTo is for rules that allow names/],
  ['resolvesTo that denies', { deny: { connect: ['db.test=10.0.0.0/8'] } }, /resolvesTo is for rules that allow names/],
  [
    'resolvesTo that is no range',
    { connect: [{ host: 'a.test', resolvesTo: '10.1.0.0/8' }] },
    /"10\.1\.0\.0\/8" in reso/,
  ],
  ['a path with a service', { connect: [{ path: '/a', service: 'a' }] }, /a path or a service has no/],
  ['a path with a port', { connect: [{ path: '/a', port: 1 }] }, /a path or a service has no host, port or protocol/],
  ['another protocol', JSON.parse('{ "connect": [{ "protocol": "sctp" }] }'), /give "tcp" or "udp"/],
  ['a comment that is a number', JSON.parse('{ "connect": [{ "comment": 1 }] }'), /its comment is not a text/],
  ['an unknown action to deny', JSON.parse('{ "deny": { "bind": [] } }'), /deny has no "bind"/],
])('%s is refused', (_what, rules, message) => {
  expect(() => new Policy(rules)).toThrow(message)
})

test.each([
  ['nothing', '', /Cannot read the policy: .*; give JSON/],
  ['a list', '[]', /the policy is \[\]; give an object/],
  ['null', 'null', /the policy is null; give an object/],
  ['a wrong rule', '{ "connect": ["::1:80"] }', /"::1:80": it is not an address/],
])('JSON with %s is refused', (_what, text, message) => {
  expect(() => Policy.parse(text)).toThrow(message)
})

test('JSON may name its schema', () => {
  expect(Policy.parse('{ "$schema": "policy.schema.json", "connect": ["*"] }').toJSON()).toEqual({ connect: ['*'] })
})

test('a list of rules to deny applies to all actions that each can be about', () => {
  const denied = new Policy({ deny: ['169.254.0.0/16', '*.evil.test', 'unix:/run/docker.sock'] }).toJSON().deny
  expect(denied).toEqual({
    connect: ['169.254.0.0/16', '*.evil.test', 'unix:/run/docker.sock'],
    listen: ['169.254.0.0/16', 'unix:/run/docker.sock'],
    accept: ['169.254.0.0/16'],
    send: ['169.254.0.0/16', '*.evil.test'],
    resolve: ['169.254.0.0/16', '*.evil.test'],
  })
})

describe('explain()', () => {
  const policy = new Policy({
    connect: ['*.example.com:443', { host: '10.0.0.0/8', port: 443, comment: 'the cluster' }],
    listen: ['127.0.0.1:0'],
    deny: { connect: ['10.9.0.0/16', 'secret.example.com'] },
  })

  test.each([
    [{ action: 'connect', address: '10.1.2.3:443' }, 'allow', 'allow connect 10.0.0.0/8:443', undefined],
    [
      { action: 'connect', address: '10.9.2.3:443' },
      'deny',
      'deny connect 10.9.0.0/16',
      'remove the rule "deny connect 10.9.0.0/16"',
    ],
    [
      { action: 'connect', address: '[::ffff:10.9.2.3]:443' },
      'deny',
      'deny connect 10.9.0.0/16',
      'remove the rule "deny connect 10.9.0.0/16"',
    ],
    [{ action: 'connect', address: '10.1.2.3:80' }, 'deny', undefined, 'add the rule "allow connect 10.1.2.3:80"'],
    [{ action: 'connect', address: 'a.example.com:443' }, 'allow', 'allow connect *.example.com:443', undefined],
    [
      { action: 'connect', address: 'secret.example.com:443' },
      'deny',
      'deny connect secret.example.com',
      'remove the rule "deny connect secret.example.com"',
    ],
    [{ action: 'resolve', address: 'a.example.com' }, 'allow', 'allow connect *.example.com:443', undefined],
    [{ action: 'resolve', address: 'example.com' }, 'deny', undefined, 'add the rule "allow resolve example.com"'],
    [{ action: 'listen', address: '127.0.0.1:0' }, 'allow', 'allow listen 127.0.0.1:0', undefined],
    [{ action: 'listen', address: 'unix:/run/a' }, 'deny', undefined, 'add the rule "allow listen unix:/run/a"'],
    [{ action: 'send', address: '10.1.2.3:443' }, 'allow', 'allow connect 10.0.0.0/8:443', undefined],
  ] as const)('answers %j with %s', (question, verdict, rule, remedy) => {
    expect(policy.explain(question)).toMatchObject({ verdict, rule, remedy })
  })

  test('tells the comment of the rule', () => {
    expect(policy.explain({ action: 'connect', address: '10.1.2.3:443' }).comment).toBe('the cluster')
  })

  test.each(['10.0.0.0/8:443', '10.0.0.1', '10.0.0.1:1-2', '*:80', '*.example.com:443', ''])(
    'refuses %j',
    (address) => {
      expect(() => policy.explain({ action: 'connect', address })).toThrow(/Cannot (explain|use the rule)/)
    },
  )
})

describe('the schema', () => {
  const schema: object = JSON.parse(readFileSync('src/guard/policy.schema.json', 'utf8'))
  const validate = new Ajv({ allErrors: true }).compile(schema)

  test('takes every policy', () => {
    fc.assert(
      fc.property(policies, (given) => {
        expect([validate(given), validate.errors]).toEqual([true, null])
        expect([validate(new Policy(given).toJSON()), validate.errors]).toEqual([true, null])
      }),
      { seed: runSeed() },
    )
  })

  test.each([
    { bind: [] },
    { connect: '127.0.0.1:80' },
    { connect: [80] },
    { connect: [{ hots: 'a' }] },
    { connect: [{ host: 'a', port: 65_536 }] },
    { connect: [{ host: 'a', port: '80-' }] },
    { connect: [{ host: 'a', protocol: 'sctp' }] },
    { connect: [{ host: 'a', resolvesTo: 'b' }] },
    { connect: [{ path: '/a', port: 1 }] },
    { deny: { bind: [] } },
  ])('refuses %j, like the policy', (given) => {
    expect(validate(given)).toBe(false)
    expect(() => Policy.parse(JSON.stringify(given))).toThrow(TypeError)
  })

  test('has the actions of policies', () => {
    expect(Object.keys(JSON.parse(JSON.stringify(schema)).properties)).toEqual(['$schema', ...ACTIONS, 'deny'])
  })
})
