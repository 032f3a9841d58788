/**
 * Shows a conversation over libuv in a page. For tests, its state is in the document's `data-state`: `open`, `played`,
 * `closed` or `failed`.
 */
import { Loop, Timer, virtualHost } from 'libuv-wasm'
import { Conversation, SERVER, type Step } from './conversation.js'

const COLUMNS = ['Ada', SERVER, 'Grace']

/** Milliseconds between the first messages, which would otherwise appear too fast to be read. */
const PACE = 500

const BEGINNING = [
  ['Ada', 'Is this really TCP?'],
  ['Grace', 'It is libuv, so: yes.'],
  ['Ada', 'And the operating system?'],
  ['Grace', 'A kernel in TypeScript.'],
] as const

const element = <Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind => {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} called ${id}`)
  return found
}

const steps = element('steps', HTMLOListElement)
const facts = element('facts', HTMLElement)
const form = element('say', HTMLFormElement)
const button = element('close', HTMLButtonElement)

/** Draws an event: an arrow between two columns, with its text. */
const draw = ({ from, to, what, text, at }: Step): void => {
  const [start, end] = [COLUMNS.indexOf(from), COLUMNS.indexOf(to)]
  const arrow = document.createElement('span')
  arrow.className = `arrow ${what} ${from.toLowerCase()} ${start < end ? 'right' : 'left'}`
  arrow.style.setProperty('--column', String(Math.min(start, end)))
  const label = document.createElement('span')
  label.append(text)
  arrow.append(label)
  const time = document.createElement('time')
  time.append(`${at.toFixed(1)} ms`)
  const row = document.createElement('li')
  row.setAttribute('aria-label', `${from} to ${to}: ${text}`)
  row.append(time, arrow)
  steps.append(row)
  steps.scrollTop = steps.scrollHeight
}

const tell = (what: Readonly<Record<string, string>>): void => {
  facts.replaceChildren(
    ...Object.entries(what).map(([name, value]) => {
      const fact = document.createElement('span')
      const strong = document.createElement('b')
      strong.append(value)
      fact.append(strong, ` ${name}`)
      return fact
    }),
  )
}

/** Waits on a loop that has no other work. */
const pause = async (loop: Loop, milliseconds: number): Promise<void> => {
  const timer = new Timer({ loop })
  timer.start(milliseconds, 0, () => timer.close())
  await loop.run()
}

const begin = async (): Promise<void> => {
  const before = performance.now()
  const host = virtualHost({ seed: 1 })
  const clock = await Loop.open({ host })
  const opened = performance.now()

  const conversation = await Conversation.open(host, ['Ada', 'Grace'], draw)
  const { host: ip, port } = conversation.address
  element('address-server', HTMLElement).textContent = `${ip}:${port}`
  for (const name of ['Ada', 'Grace']) {
    const address = conversation.addressOf(name)
    element(`address-${name}`, HTMLElement).textContent = `${address?.host}:${address?.port}`
  }
  const show = (state: string): void => {
    const { handles, descriptors, heapBlocks } = conversation.held
    tell({
      'ms to load libuv and open a first loop': (opened - before).toFixed(1),
      handles: String(handles),
      descriptors: String(descriptors),
      'blocks of memory': String(heapBlocks),
    })
    document.documentElement.dataset.state = state
  }
  const say = async (name: string, text: string): Promise<void> => {
    await conversation.say(name, text)
    show('open')
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    for (const input of form.querySelectorAll('input')) {
      if (input.value === '') continue
      void say(input.name, input.value)
      input.value = ''
    }
  })
  button.addEventListener('click', async () => {
    for (const input of form.elements) input.toggleAttribute('disabled', true)
    await conversation.close()
    button.textContent = 'All closed'
    show('closed')
  })
  for (const [name, text] of BEGINNING) {
    await pause(clock, PACE)
    if (document.documentElement.dataset.state === 'closed') break
    await say(name, text)
  }
  clock.close()
  if (document.documentElement.dataset.state !== 'closed') show('played')
}

begin().catch((error: unknown) => {
  document.documentElement.dataset.state = 'failed'
  tell({ 'went wrong': String(error) })
  throw error
})
