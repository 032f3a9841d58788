/** The heads of HTTP/1 requests (RFC 9112), as far as a server of one page needs them. */

/** A request that can be answered. */
export interface Request {
  readonly method: 'GET' | 'HEAD'
  /** Whether the client may send another one afterwards. */
  readonly keepAlive: boolean
  /** The client speaks HTTP/1.0, where a connection that stays is something to be said. */
  readonly old: boolean
}

/** A request that is refused. Where the next one would begin is not known, so the connection has to end. */
export class Refusal extends Error {
  /** The status code of the answer. */
  readonly status: number

  /**
   * @param status - the status code of the answer
   * @param reason - the phrase behind it
   */
  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

/** Characters that the head of a request may have. */
const HEAD_LIMIT = 8_192

const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/
const CONTROL = /(?!\t)\p{Cc}/u

/** Cuts the bytes of one connection into requests, however they arrive. */
export class RequestReader {
  #text = ''

  /** Takes received bytes. */
  push(data: Uint8Array): void {
    this.#text += Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1')
  }

  /** Whether a request has begun and not ended. */
  get partial(): boolean {
    return this.#text !== '' && this.#text !== '\r\n'
  }

  /**
   * The next request, or `undefined` when it is not all there yet.
   *
   * @throws {Refusal} as soon as what is there cannot become a request that this server answers
   */
  next(): Request | undefined {
    // RFC 9112, section 2.2: an empty line before the request is to be ignored.
    while (this.#text.startsWith('\r\n')) this.#text = this.#text.slice(2)
    const end = this.#text.indexOf('\r\n\r\n')
    if ((end < 0 ? this.#text.length : end) > HEAD_LIMIT) throw new Refusal(431, 'Request Header Fields Too Large')
    if (end < 0) {
      const line = this.#text.indexOf('\n')
      if (line >= 0) readRequestLine(this.#text.slice(0, line))
      return undefined
    }
    const [first = '', ...fields] = this.#text.slice(0, end).split('\r\n')
    this.#text = this.#text.slice(end + 4)
    return readHead(`${first}\r`, fields)
  }
}

function readHead(requestLine: string, lines: readonly string[]): Request {
  const { method, old } = readRequestLine(requestLine)
  const fields = readFields(lines)
  if (!old && fields.get('host')?.length !== 1) throw new Refusal(400, 'Bad Request')
  const [length = '0', ...lengths] = fields.get('content-length') ?? []
  if (lengths.length > 0 || !/^\d+$/.test(length)) throw new Refusal(400, 'Bad Request')
  if (Number(length) > 0 || fields.has('transfer-encoding')) throw new Refusal(413, 'Content Too Large')
  const wishes = (fields.get('connection') ?? [])
    .join()
    .toLowerCase()
    .split(/[\s,]+/)
  return { method, old, keepAlive: old ? wishes.includes('keep-alive') : !wishes.includes('close') }
}

/** Reads the first line, with its carriage return. */
function readRequestLine(line: string): Pick<Request, 'method' | 'old'> {
  const [method = '', target = '', version = '', ...rest] = line.split(' ')
  if (rest.length > 0 || !TOKEN.test(method) || CONTROL.test(target)) throw new Refusal(400, 'Bad Request')
  if (/^HTTP\/[02-9]\.\d\r$/.test(version)) throw new Refusal(505, 'HTTP Version Not Supported')
  if (!/^HTTP\/1\.\d\r$/.test(version)) throw new Refusal(400, 'Bad Request')
  if (method !== 'GET' && method !== 'HEAD') throw new Refusal(405, 'Method Not Allowed')
  if (!/^(?:\/|https?:\/\/.)/i.test(target)) throw new Refusal(400, 'Bad Request')
  return { method, old: version === 'HTTP/1.0\r' }
}

/** The values of each field, under its name in small letters. */
function readFields(lines: readonly string[]): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase()
    if (!TOKEN.test(name) || CONTROL.test(line)) throw new Refusal(400, 'Bad Request')
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()])
  }
  return fields
}
