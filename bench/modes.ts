/** The modes, which are what is measured. */
import type { ProgramName } from './contenders.js'
import { asClient, blocking, firstByte, type Load, type Measure, standing, timers, underLoad } from './measure.js'

/** A way to use and measure a program. */
export interface Mode {
  readonly name: string
  /** Its name in reports. */
  readonly title: string
  /** Which program of each contender is measured. */
  readonly program: ProgramName
  /** The unit of the value. */
  readonly unit: string
  /** What CPU time is reported for, unless it is one counted operation. */
  readonly per?: string
  /** Whether the value is a cost, so that less is better. */
  readonly cost?: boolean
  /** The yardstick; `node:net` by default. */
  readonly against?: 'native' | undefined
  /** Whether `--quick` includes it. */
  readonly quick?: boolean
  readonly measure: Measure
}

/** All modes. @param quick - whether to use smaller numbers */
export function modes(quick: boolean): readonly Mode[] {
  const many = quick ? 100_000 : 1_000_000
  return [
    load('ping1', '64 B, 1 connection', { load: 'ping', connections: 1, size: 64, pinned: true }),
    load('ping50', '64 B, 50 connections', { load: 'ping', connections: 50, size: 64 }),
    load('mid20', '16 KiB, 20 connections', { load: 'ping', connections: 20, size: 16_384 }),
    load('bulk4', '1 MiB streams, 4, echoed', { load: 'stream', connections: 4, size: 1_048_576 }),
    load('up4', '1 MiB streams, 4, received', { load: 'up', connections: 4, size: 1_048_576 }),
    load('down4', '1 MiB streams, 4, sent', { load: 'down', connections: 4, size: 1_048_576 }),
    load('churn', 'connect, exchange, reset', { load: 'churn', connections: 20, size: 1 }),
    idle('idle1k', 'the first 1,000 idle connections', true, 1_000),
    idle('idle10k', '9,000 more idle connections', false, 9_000, 1_000),
    load('active100', '64 B, 100 connections', { load: 'ping', connections: 100, size: 64 }, false),
    load('active1pc', '64 B, 100 of 10,000', { load: 'ping', connections: 100, size: 64, idle: 9_900 }, false),
    client('dial', 'as client: connect, exchange, reset', 'connections/s', asClient('dial')),
    client('ask50', 'as client: 64 B, 50 connections', 'messages/s', asClient('ping')),
    {
      name: 'timers',
      title: `${many.toLocaleString('en')} timers, half stopped`,
      program: 'timers',
      unit: 'timers/s',
      quick: true,
      measure: timers(many),
    },
    start('start', 'start, to the first byte', true),
    start('first', 'first start, to the first byte', false),
    block('trip', 'blocking: 64 B there and back', blocking('trip')),
    block('bind', 'blocking: socket, bind, close', blocking('bind')),
    block('look', 'blocking: poll of nothing', blocking('look')),
  ]
}

function load(name: string, title: string, options: Load, quick = true): Mode {
  const inBytes = options.load === 'stream' || options.load === 'up' || options.load === 'down'
  const unit = inBytes ? 'MiB/s' : options.load === 'churn' ? 'connections/s' : 'messages/s'
  return { name, title, program: 'server', unit, quick, measure: underLoad(options) }
}

function idle(name: string, title: string, quick: boolean, connections: number, beside?: number): Mode {
  const measure = standing(connections, beside)
  return { name, title, program: 'server', unit: 'B each', per: 'second', cost: true, quick, measure }
}

function client(name: string, title: string, unit: string, measure: Measure): Mode {
  return { name, title, program: 'client', unit, quick: true, measure }
}

function start(name: string, title: string, again: boolean): Mode {
  return { name, title, program: 'server', unit: 'ms', cost: true, quick: again, measure: firstByte(again) }
}

function block(name: string, title: string, measure: Measure): Mode {
  return { name, title, program: 'block', unit: 'calls/s', against: 'native', measure }
}
