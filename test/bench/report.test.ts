/** Tests of how `make bench` reports its rounds. The measuring itself is not tested here. */
import { expect, test } from '@jest/globals'
import type { Contender } from '../../bench/contenders.js'
import type { Mode } from '../../bench/modes.js'
import { picture } from '../../bench/picture.js'
import { markdown, type Report } from '../../bench/report.js'
import { cpuRatio, own, type Result, ratio, spread } from '../../bench/statistics.js'

const measure = () => Promise.reject(new Error('nothing is measured here'))
const echo: Mode = { name: 'echo', title: 'a & b', program: 'server', unit: 'messages/s', measure }
const idle: Mode = { ...echo, name: 'idle', title: 'idle', unit: 'B each', cost: true }
const ours: Contender = { name: 'ours', title: 'ours', programs: {} }

const result = (mode: Mode, ...pairs: [number, number][]): Result => ({
  mode,
  contender: ours,
  pairs: pairs.map(([value, reference]) => ({ theirs: { value, cpu: 3 }, yardstick: { value: reference, cpu: 2 } })),
})

test('spread() returns the median, which for an even count is between two values', () => {
  expect(spread([9, 1, 2])).toEqual({ median: 2, low: 1, high: 9 })
  expect(spread([1, 4, 2, 100])).toEqual({ median: 3, low: 1, high: 100 })
})

test('ratio() compares each pair of rounds, and is inverted for costs', () => {
  expect(ratio(result(echo, [2, 1], [30, 10], [1, 1]))).toEqual({ median: 2, low: 1, high: 3 })
  expect(ratio(result(idle, [2, 1], [10, 40]))).toEqual({ median: 2.25, low: 0.5, high: 4 })
})

test('own() returns undefined for a figure that was not measured', () => {
  expect(cpuRatio(result(echo, [1, 1]))?.median).toBe(1.5)
  expect(own(result(echo, [1, 1]), 'cpu')).toBe(3)
  expect(own(result(echo, [1, 1]), 'p99')).toBeUndefined()
})

const report: Report = {
  runtime: 'v20.0.0',
  rod: 'node:net',
  machine: '1 x <fast>',
  commit: 'abc',
  date: '2026-01-01',
  rounds: 2,
  seconds: 1,
  modes: [echo, idle],
  contenders: [ours, { ...ours, name: 'other', title: 'other' }],
  results: [result(echo, [3, 2], [5, 2]), result(idle, [2000, 1000])],
  figures: { 'a module': { value: 54.8, unit: 'KiB' } },
}

test('the tables show the measured values, and a dash for missing ones', () => {
  const text = markdown(report)
  expect(text).toContain('| a & b | **2.00** (1.50-2.50) cpu 1.50 | - |')
  expect(text).toContain('| idle | **0.50** cpu 1.50 | - |')
  expect(text).toContain('| a & b | ours | 4.00 messages/s | 3.00 |')
  expect(text).toContain('| a module | 54.8 KiB |')
})

test('the picture is well-formed and has a mark for each figure', () => {
  const svg = picture(report)
  expect(svg).toMatch(/^<svg [^>]*>.*<\/svg>\n$/s)
  expect(svg.match(/r="4.5"/g)).toHaveLength(2)
  expect(svg).toContain('a &amp; b')
  expect(svg).toContain('1 x &lt;fast>')
  expect(svg).not.toMatch(/NaN|undefined/)
})
