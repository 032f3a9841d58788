/** The standard streams of guests, their arguments, environment and time, under either driver. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { endAll, play, turn, until } from '../guest/support/stage.js'
import { COMPILING, guestModule } from '../guest/support/uvcc.js'
import { seeded } from '../support/random.js'

beforeAll(() => guestModule('behave'), COMPILING)
endAll()

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('input', () => {
  test('ends at once by default', async () => {
    const cat = await play(['cat'])
    expect(await cat.code).toBe(0)
    expect(cat.output).toBe('')
  })

  test('may be one buffer', async () => {
    const input = seeded('input').bytes(300_000)
    const output: Uint8Array[] = []
    const cat = await play(['cat'], { input, onOutput: (_stream, piece) => output.push(piece) })
    expect(await cat.code).toBe(0)
    expect(Buffer.concat(output).equals(input)).toBe(true)
  })

  test('arrives in pieces, and the guest waits for each', async () => {
    let give: ((text: string) => void) | undefined
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (let word = ''; word !== 'end'; ) {
        word = await new Promise<string>((resolve) => {
          give = resolve
        })
        yield bytes(word)
      }
    }
    const cat = await play(['cat'], { input: source() })
    // An empty piece is not the end.
    for (const word of ['one', 'two', '', 'three', 'end']) {
      await until(() => give !== undefined, 'the guest to want more')
      const before = give
      give = undefined
      before?.(word)
      if (word !== '') await cat.says(new RegExp(`${word}$`))
    }
    expect(await cat.code).toBe(0)
    expect(cat.output).toBe('onetwothreeend')
  })

  test('is read from its source only when the guest reads', async () => {
    let taken = 0
    let returned = false
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          taken++
          yield bytes('x')
        }
      } finally {
        returned = true
      }
    }
    expect(await (await play(['return', '0'], { input: source() })).code).toBe(0)
    expect(taken).toBe(0)
    const cat = await play(['cat'], { input: source() })
    await cat.says(/xxx/)
    cat.guest.terminate()
    await cat.code
    await until(() => returned, 'the source to be told')
    expect(taken).toBeGreaterThanOrEqual(3)
  })

  test.each([
    [
      'throws',
      async function* (): AsyncGenerator<Uint8Array> {
        yield bytes('before')
        throw new Error('the disk is gone')
      },
    ],
    [
      'yields a text',
      async function* (): AsyncGenerator<Uint8Array> {
        yield bytes('before')
        yield JSON.parse('"text"')
      },
    ],
  ])('of a source that %s is an I/O error of the guest', async (_name, source) => {
    const cat = await play(['cat'], { input: source() })
    expect(await cat.code).toBe(1)
    expect(cat.output).toBe('before')
    expect(cat.errors).toMatch(/read: .*(I\/O|Input\/output) error/i)
  })
})

describe('output', () => {
  test('arrives while the guest runs', async () => {
    const waiting = await play(['wait'])
    await waiting.says(/^waiting\n$/)
    expect(waiting.errors).toBe('')
  })

  test('is separate from errors', async () => {
    const lost = await play(['unheard-of'])
    expect(await lost.code).toBe(99)
    expect(lost.output).toBe('')
    expect(lost.errors).toBe('how?\n')
  })

  test('waits for a receiver that returns a promise', async () => {
    let received = 0
    let go = (): void => {}
    const stopped = new Promise<void>((resolve) => {
      go = resolve
    })
    let calls = 0
    const flooding = await play(['flood'], {
      onOutput: (_stream, { length }) => {
        received += length
        calls++
        return calls < 10 ? undefined : stopped
      },
    })
    await flooding.says(/x/)
    // Without backpressure it would write megabytes in these turns. At most 64 KiB may be on their way.
    for (let turns = 0; turns < 1000; turns++) await turn()
    const held = received
    expect(held).toBeLessThanOrEqual(10 * 4096 + 64 * 1024 + 4096)
    calls = Number.NEGATIVE_INFINITY
    go()
    await until(() => received > held + 1_000_000, 'the guest to go on')
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('full'))],
    [
      'throws',
      () => {
        throw new Error('full')
      },
    ],
  ])('with a receiver that %s ends the guest, and exit is rejected with the error', async (_name, onOutput) => {
    const waiting = await play(['wait'], { onOutput })
    expect(await waiting.failure).toMatchObject({ message: 'full' })
  })
})

test('the arguments reach the guest unchanged', async () => {
  const listing = await play(['args', 'a b', '', 'ä€𝄞'])
  expect(await listing.code).toBe(0)
  expect(listing.output).toBe('behave\nargs\na b\n\nä€𝄞\n')
})

test('the environment has only the given variables', async () => {
  const listing = await play(['env', 'GIVEN', 'PATH', 'HOME'], { env: { GIVEN: 'a=b' } })
  expect(await listing.code).toBe(0)
  expect(listing.output).toBe('GIVEN=a=b\nPATH=\nHOME=\n')
})

test('a sleep lasts at least the given time, and less than a second', async () => {
  const sleeping = await play(['sleep', '50'])
  expect(await sleeping.code).toBe(0)
  expect(Number(sleeping.output)).toBeGreaterThanOrEqual(50)
  expect(Number(sleeping.output)).toBeLessThan(1000)
})
