/** Text and lines for a terminal, in colour if the terminal supports it and NO_COLOR is not set. */
import { styleText } from 'node:util'
import type { Address } from 'libuv-wasm'
import type { Game, Step } from './ping-pong.js'

// hasColors() considers NO_COLOR and the terminal.
const colored = process.stdout.isTTY === true && process.stdout.hasColors()

/** Text in a colour or a weight. */
export function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return colored ? styleText(style, text) : text
}

/** Columns between the server's line and the client's. */
const WIDTH = 30

/** A game as lines of text. */
export function drawGame(title: string, { server, client, steps }: Game): string {
  let pings = 0
  const rows = steps.map((step) => {
    if (step.what === 'ping') pings++
    return `${paint('dim', micros(step.at).padStart(11))}   ${drawStep(step, pings)}`
  })
  return [
    `  ${paint('bold', title)}  server ${paint('cyan', endpoint(server))}  client ${paint('yellow', endpoint(client))}`,
    '',
    `${' '.repeat(13)}${paint('cyan', 'server')}${' '.repeat(WIDTH - 5)}${paint('yellow', 'client')}`,
    ...rows,
    '',
  ].join('\n')
}

function drawStep({ what }: Step, round: number): string {
  switch (what) {
    case 'connect':
      return `  ${toServer('connect', 'dim')}`
    case 'ping':
      return `  ${toClient(`ping ${round}`, 'cyan')}`
    case 'pong':
      return `  ${toServer(`pong ${round}`, 'yellow')}`
    case 'end':
      return `  ${toClient('end', 'dim')}`
    case 'closed':
      return `  ${paint('dim', `┴${center(' both closed ', ' ')}┴`)}`
  }
}

function toClient(label: string, style: Parameters<typeof styleText>[0]): string {
  return `│${paint(style, `${center(` ${label} `, '─').slice(0, -1)}▶`)}│`
}

function toServer(label: string, style: Parameters<typeof styleText>[0]): string {
  return `│${paint(style, `◀${center(` ${label} `, '─').slice(1)}`)}│`
}

function center(text: string, filler: string): string {
  return text.padStart((WIDTH + text.length) >> 1, filler).padEnd(WIDTH, filler)
}

function endpoint({ family, host, port }: Address): string {
  return family === 'ipv6' ? `[${host}]:${port}` : `${host}:${port}`
}

/** A time in whole microseconds, with separated thousands. */
export function micros(time: number): string {
  return `${grouped(time)} µs`
}

/** A whole number, with separated thousands. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en').replaceAll(',', ' ')
}
