/**
 * The page: it lets a lab go on at the reader's pace, and shows what happens. For tests, its state is in the document's
 * `data-state` (`loading`, `playing`, `paused`, `failed`), `data-moment` and `data-hash`.
 */
import { toPcapng } from 'libuv-wasm/testing'
import { Diagram } from './diagram.js'
import { DEFAULTS, Lab, MACHINES, MOMENT, type Setting } from './lab.js'
import { formatLink, LAST, readLink } from './link.js'

const element = <Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind => {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} called ${id}`)
  return found
}

const play = element('play', HTMLButtonElement)
const position = element('position', HTMLInputElement)
const seedField = element('seed', HTMLInputElement)
const speed = element('speed', HTMLSelectElement)
const log = element('log', HTMLOListElement)

/** How many lines of the log are kept. */
const LINES = 12

/** How far a step goes at most, in moments: to the next packet, or a second. */
const LONGEST_STEP = 200

/** The controls of the settings. */
const controls = Object.keys(DEFAULTS).map((name): [Setting, HTMLInputElement] => [
  name as Setting,
  element(name, HTMLInputElement),
])

/** The lab in view, and how it is played. */
class Player {
  readonly #program: WebAssembly.Module
  readonly #diagram = new Diagram(element('diagram', HTMLCanvasElement))
  #seed = 1
  #lab: Lab
  #isPlaying = false
  /** Whether a stretch of time is being run. */
  #isBusy = false
  /** The moments that are still to be run, a fraction of one at most beyond whole ones. */
  #owed = 0
  #drawn = 0
  #notes = 0

  constructor(program: WebAssembly.Module) {
    const { seed, changes } = readLink(location.hash)
    this.#program = program
    this.#seed = seed
    this.#lab = new Lab({ seed, changes }, program)
    this.#watch()
  }

  /** Begins with what the address says. */
  async begin(): Promise<void> {
    const { at } = readLink(location.hash)
    await this.#lab.go(at ?? 0)
    this.#show()
    this.playing = at === undefined
    requestAnimationFrame((time) => this.#frame(time))
  }

  set playing(isPlaying: boolean) {
    this.#isPlaying = isPlaying
    play.textContent = isPlaying ? 'Pause' : 'Play'
    document.documentElement.dataset.state = isPlaying ? 'playing' : 'paused'
    if (!isPlaying) this.#remember()
  }

  /** Goes on to the next packet. */
  async step(): Promise<void> {
    this.playing = false
    await this.#alone(async () => {
      const before = this.#lab.capture?.packets.length
      const end = Math.min(LAST, this.#lab.moment + LONGEST_STEP)
      while (this.#lab.moment < end && this.#lab.capture?.packets.length === before)
        await this.#lab.go(this.#lab.moment + 1)
    })
    this.#remember()
  }

  /** Shows another moment: a later one of this run, or an earlier one of a run that repeats it. */
  async show(moment: number): Promise<void> {
    this.playing = false
    await this.#alone(async () => {
      if (moment < this.#lab.moment) await this.#renew(this.#lab.changes)
      await this.#lab.go(moment)
    })
    this.#remember()
  }

  /** Starts again with another seed. */
  async seed(seed: number): Promise<void> {
    this.#seed = seed
    await this.#alone(() => this.#renew([]))
    this.#remember()
    this.playing = true
  }

  change(setting: Setting, value: number): void {
    this.#lab.change(setting, value)
    // Shown at once; it happens with the next moment.
    this.#remember()
  }

  toggle(): void {
    this.playing = !this.#isPlaying
  }

  back(): Promise<void> {
    return this.show(Math.max(0, this.#lab.moment - 1000 / MOMENT))
  }

  download(): void {
    const { capture } = this.#lab
    if (capture === undefined) return
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([toPcapng(capture)], { type: 'application/x-pcapng' }))
    link.download = `libuv-lab-${this.#seed}.pcapng`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
  }

  async #renew(changes: Lab['changes']): Promise<void> {
    const copy = [...changes]
    await this.#lab.close()
    this.#lab = new Lab({ seed: this.#seed, changes: copy }, this.#program)
    this.#notes = 0
    log.replaceChildren()
    this.#watch()
    await this.#lab.go(0)
  }

  #watch(): void {
    this.#lab.over.catch((error: unknown) => {
      document.documentElement.dataset.state = 'failed'
      element('trouble', HTMLElement).textContent = String(error)
      throw error
    })
  }

  /** Does something while time does not go on by itself. */
  async #alone(act: () => Promise<void>): Promise<void> {
    while (this.#isBusy) await new Promise((resolve) => requestAnimationFrame(resolve))
    this.#isBusy = true
    try {
      await act()
    } finally {
      this.#isBusy = false
      this.#owed = 0
      this.#show()
    }
  }

  #frame(time: number): void {
    const passed = Math.min(100, time - this.#drawn)
    this.#drawn = time
    if (this.#isPlaying && !this.#isBusy) this.#goOn(passed * Number(speed.value))
    requestAnimationFrame((next) => this.#frame(next))
  }

  #goOn(ms: number): void {
    this.#owed += ms / MOMENT
    const whole = Math.floor(this.#owed)
    if (whole === 0) return
    this.#owed -= whole
    this.#isBusy = true
    void this.#lab.go(Math.min(LAST, this.#lab.moment + whole)).then(() => {
      this.#isBusy = false
      this.#show()
      if (this.#lab.moment >= LAST) this.playing = false
      // It was paused meanwhile.
      else if (!this.#isPlaying) this.#remember()
    })
  }

  #show(): void {
    const { capture, facts, moment, hash, settings } = this.#lab
    if (capture === undefined || facts === undefined) return
    const lanes = MACHINES.length + (settings.crowd > 0 ? 1 : 0)
    this.#diagram.draw(capture, moment * MOMENT * 1e6, lanes)
    element('crowd-lane', HTMLElement).hidden = lanes === MACHINES.length
    position.value = String(moment)
    const { answered, peers, queued, typescript } = facts
    set('time', `${((moment * MOMENT) / 1000).toFixed(2)} s`)
    set('answered', String(answered))
    set('peers', String(peers))
    set('queued', `${(queued / 1024).toFixed(0)} KiB`)
    element('queue', HTMLMeterElement).value = queued
    set('received', `${(typescript.received / 1024).toFixed(0)} KiB`)
    set('hash', hash)
    for (const [name, control] of controls) {
      if (control.type === 'checkbox') control.checked = settings[name] === 1
      else if (document.activeElement !== control) control.value = String(settings[name])
      const shown = document.getElementById(`${name}-shown`)
      if (shown !== null) shown.textContent = control.value
    }
    this.#tell()
    Object.assign(document.documentElement.dataset, { moment: String(moment), hash })
  }

  /** Adds what was noted since the last time to the log, which is what a screen reader reads. */
  #tell(): void {
    const notes = this.#lab.capture?.notes ?? []
    const machines = this.#lab.capture?.machines ?? []
    for (; this.#notes < notes.length; this.#notes++) {
      const note = notes[this.#notes]
      if (note === undefined) continue
      const line = document.createElement('li')
      line.textContent = `${(note.time / 1e9).toFixed(2)} s  ${machines[note.machine]?.name ?? ''}: ${note.text}`
      log.append(line)
      if (log.childElementCount > LINES) log.firstElementChild?.remove()
    }
  }

  /** Puts the run into the address. */
  #remember(): void {
    const { moment, changes } = this.#lab
    history.replaceState(null, '', formatLink({ seed: this.#seed, at: moment, changes }))
    seedField.value = String(this.#seed)
  }
}

const set = (id: string, text: string): void => {
  element(id, HTMLElement).textContent = text
}

function listen(player: Player): void {
  play.addEventListener('click', () => player.toggle())
  element('step', HTMLButtonElement).addEventListener('click', () => void player.step())
  element('back', HTMLButtonElement).addEventListener('click', () => void player.back())
  element('start', HTMLButtonElement).addEventListener('click', () => void player.show(0))
  element('download', HTMLButtonElement).addEventListener('click', () => player.download())
  position.addEventListener('change', () => void player.show(Number(position.value)))
  seedField.addEventListener('change', () => {
    const { seed } = readLink(`#seed=${seedField.value}`)
    void player.seed(seed)
  })
  element('copy', HTMLButtonElement).addEventListener('click', async () => {
    player.playing = false
    await navigator.clipboard.writeText(location.href)
    set('copied', 'copied')
  })
  for (const [name, control] of controls) {
    const isSwitch = control.type === 'checkbox'
    control.addEventListener(isSwitch ? 'change' : 'input', () =>
      player.change(name, isSwitch ? Number(control.checked) : Number(control.value)),
    )
  }
}

async function begin(): Promise<void> {
  const program = await WebAssembly.compileStreaming(fetch(new URL('pinger.wasm', import.meta.url)))
  const player = new Player(program)
  listen(player)
  await player.begin()
}

begin().catch((error: unknown) => {
  document.documentElement.dataset.state = 'failed'
  set('trouble', String(error))
  throw error
})
