/** Parses the heads of HTTP/1 requests (RFC 9112), as far as a server with a single page needs them. */

/** A request that can be answered. */
export interface Request {
  readonly method: 'GET' | 'HEAD'
  /** What it asks for: a path with an optional query, or a whole URL. */
  readonly target: string
  /** Whether the client may send another one afterwards. */
  readonly keepAlive: boolean
  /** Whether the client uses HTTP/1.0, in which a persistent connection requires `Connection: keep-alive`. */
  readonly old: boolean
}

/** A refused request. The start of the next request is unknown, so the connection must end. */
export class Refusal extends Error {
  /** The status code of the answer. */
  readonly status: number

  /**
   * @param status - the status code of the answer
   * @param reason - the reason phrase after the status code
   */
  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

/** The maximum length of a request's head, in characters. */
const HEAD_LIMIT = 8_192

const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/
const CONTROL = /(?!\t)\p{Cc}/u

/** Splits the bytes of one connection into requests, in whatever pieces they arrive. */
export class RequestReader {
  #text = ''

  /** Takes received bytes. */
  push(data: Uint8Array): void {
    this.#text += Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1')
  }

  /** Whether a request is incomplete. */
  get partial(): boolean {
    return this.#text !== '' && this.#text !== '\r\n'
  }

  /**
   * The next request, or `undefined` while it is incomplete.
   *
   * @throws {Refusal} as soon as the received bytes cannot be the start of a request that this server answers
   */
  next(): Request | undefined {
    // RFC 9112, section 2.2: ignore an empty line before the request.
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
  const { method, target, old } = readRequestLine(requestLine)
  const fields = readFields(lines)
  if (!old && fields.get('host')?.length !== 1) throw new Refusal(400, 'Bad Request')
  const [length = '0', ...lengths] = fields.get('content-length') ?? []
  if (lengths.length > 0 || !/^\d+$/.test(length)) throw new Refusal(400, 'Bad Request')
  if (Number(length) > 0 || fields.has('transfer-encoding')) throw new Refusal(413, 'Content Too Large')
  const wishes = (fields.get('connection') ?? [])
    .join()
    .toLowerCase()
    .split(/[\s,]+/)
  return { method, target, old, keepAlive: old ? wishes.includes('keep-alive') : !wishes.includes('close') }
}

/** Parses the first line, which includes its carriage return. */
function readRequestLine(line: string): Pick<Request, 'method' | 'target' | 'old'> {
  const [method = '', target = '', version = '', ...rest] = line.split(' ')
  if (rest.length > 0 || !TOKEN.test(method) || CONTROL.test(target)) throw new Refusal(400, 'Bad Request')
  if (/^HTTP\/[02-9]\.\d\r$/.test(version)) throw new Refusal(505, 'HTTP Version Not Supported')
  if (!/^HTTP\/1\.\d\r$/.test(version)) throw new Refusal(400, 'Bad Request')
  if (method !== 'GET' && method !== 'HEAD') throw new Refusal(405, 'Method Not Allowed')
  if (!/^(?:\/|https?:\/\/.)/i.test(target)) throw new Refusal(400, 'Bad Request')
  return { method, target, old: version === 'HTTP/1.0\r' }
}

/** The values of each field, by its name in lower case. */
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
