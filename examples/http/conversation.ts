/** Serves one client of the HTTP server, from its first byte to the end of its connection. */
import { StatusCode, type TCP, Timer } from 'libuv-wasm'
import { holdBack } from '../lib/hold-back.js'
import { Refusal, type Request, RequestReader } from './request-reader.js'

/** The body of every answer. */
export const BODY = 'Hello, world!'

/** What is sent for a request. */
export interface Content {
  /** Its media type. */
  readonly type: string
  readonly body: string
}

type Find = NonNullable<ConversationOptions['find']>

const MISSING: Content = { type: 'text/plain', body: 'Not Found\n' }
const GREETING: Content = { type: 'text/plain', body: BODY }

/** What a server answers, and how long it waits for a client, in milliseconds. */
export interface ConversationOptions {
  /** Finds what a request asks for; `undefined` answers 404. By default {@link BODY}, whatever was asked for. */
  readonly find?: (target: string) => Content | undefined
  /** How long the client may send nothing; 30 s by default. */
  readonly silence?: number
  /** How long the client may take to receive its last answer and end the connection; 2 s by default. */
  readonly farewell?: number
}

/**
 * Answers a client until either side ends the connection. No answer is lost: the server writes, shuts down its side,
 * and closes the handle only when both sides have ended.
 */
export function converse(peer: TCP, options: ConversationOptions = {}): void {
  const { find = () => GREETING, silence = 30_000, farewell = 2_000 } = options
  const requests = new RequestReader()
  const patience = new Timer({ loop: peer.loop, onTimeout: leave })
  const write = holdBack(peer, leave)
  /** Whether the last answer was written. */
  let last = false
  /** How many of the two directions have ended. */
  let ends = 0

  patience.start(silence, silence)
  peer.readStart((_peer, status, data) => {
    if (status === StatusCode.SUCCESS) hear(data)
    else if (status === StatusCode.EOF) hearEnd()
    else leave()
  })

  function hear(data: Uint8Array): void {
    // After the last answer, received bytes are read and dropped: closing with unread bytes would reset the connection,
    // and the client might not receive the answer.
    if (last) return
    patience.again()
    requests.push(data)
    const answers = answerAll(requests, find)
    if (answers.text !== '') write(Buffer.from(answers.text))
    if (answers.last) finish()
  }

  function hearEnd(): void {
    if (!last && requests.partial) write(Buffer.from(refuse(new Refusal(400, 'Bad Request')), 'latin1'))
    if (!last) finish()
    end()
  }

  /** No answer follows: sends FIN after the answers. */
  function finish(): void {
    last = true
    patience.start(farewell)
    peer.shutdown(end)
  }

  /** One direction has ended; closes the handle after the second. */
  function end(): void {
    ends++
    if (ends === 2) leave()
  }

  function leave(): void {
    void peer.close()
    void patience.close()
  }
}

/** Answers all complete requests. `last` means that the connection must end after these answers. */
function answerAll(requests: RequestReader, find: Find): { text: string; last: boolean } {
  let text = ''
  try {
    for (;;) {
      const request = requests.next()
      if (request === undefined) return { text, last: false }
      text += answer(request, find(request.target))
      if (!request.keepAlive) return { text, last: true }
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { text: text + refuse(error), last: true }
  }
}

function answer({ method, keepAlive, old }: Request, content = MISSING): string {
  const connection = keepAlive ? (old ? 'keep-alive' : undefined) : 'close'
  const status = content === MISSING ? '404 Not Found' : '200 OK'
  return head(status, content, connection) + (method === 'HEAD' ? '' : content.body)
}

function refuse({ status, message }: Refusal): string {
  const content = { type: 'text/plain', body: `${message}\n` }
  return head(`${status} ${message}`, content, 'close', status === 405 ? 'Allow: GET, HEAD\r\n' : '') + content.body
}

function head(status: string, { type, body }: Content, connection: string | undefined, more = ''): string {
  const length = Buffer.byteLength(body)
  const date = new Date().toUTCString()
  const stay = connection === undefined ? '' : `Connection: ${connection}\r\n`
  return `HTTP/1.1 ${status}\r\nDate: ${date}\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${more}${stay}\r\n`
}
