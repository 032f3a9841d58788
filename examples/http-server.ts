/** Greets every HTTP client: `npm run --silent http-server -- --port 0`, then `curl` what it prints. */
import { StatusCode, type TCP, Timer } from 'libuv-wasm'
import { Refusal, type Request, RequestReader } from './http/request-reader.js'
import { holdBack } from './lib/hold-back.js'
import { serve } from './lib/serve.js'

const BODY = 'Hello, world!'

/** Milliseconds a client may be silent. */
const PATIENCE = 30_000

/** Milliseconds a client has to take its last answer. */
const FAREWELL = 2_000

function converse(peer: TCP): void {
  const requests = new RequestReader()
  const silence = new Timer({ loop: peer.loop, onTimeout: leave })
  const write = holdBack(peer, leave)
  let last = false
  let ended = false

  silence.start(PATIENCE, PATIENCE)
  peer.readStart((_peer, status, data) => {
    if (status === StatusCode.SUCCESS) hear(data)
    else if (status === StatusCode.EOF) hearEnd()
    else leave()
  })

  function hear(data: Uint8Array): void {
    // Behind the last answer, what comes is taken and dropped: bytes left unread would reset the connection, and the client
    // might never see that answer.
    if (last) return
    silence.again()
    requests.push(data)
    const answers = answerAll(requests)
    if (answers.text !== '') write(Buffer.from(answers.text, 'latin1'))
    if (answers.last) finish()
  }

  function hearEnd(): void {
    ended = true
    if (last) return leave()
    if (requests.partial) write(Buffer.from(refuse(new Refusal(400, 'Bad Request')), 'latin1'))
    finish()
  }

  /** Nothing follows: the FIN goes behind the answers, and the handle when both sides are through. */
  function finish(): void {
    last = true
    silence.start(FAREWELL)
    peer.shutdown(() => {
      if (ended) leave()
    })
  }

  function leave(): void {
    void peer.close()
    void silence.close()
  }
}

/** Answers the requests that are there. `last` says that the connection is to end behind them. */
function answerAll(requests: RequestReader): { text: string; last: boolean } {
  let text = ''
  try {
    for (;;) {
      const request = requests.next()
      if (request === undefined) return { text, last: false }
      text += answer(request)
      if (!request.keepAlive) return { text, last: true }
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { text: text + refuse(error), last: true }
  }
}

function answer({ method, keepAlive, old }: Request): string {
  const connection = keepAlive ? (old ? 'keep-alive' : undefined) : 'close'
  return head('200 OK', BODY.length, connection) + (method === 'HEAD' ? '' : BODY)
}

function refuse({ status, message }: Refusal): string {
  const body = `${message}\n`
  return head(`${status} ${message}`, body.length, 'close', status === 405 ? 'Allow: GET, HEAD\r\n' : '') + body
}

function head(status: string, length: number, connection: string | undefined, more = ''): string {
  const date = new Date().toUTCString()
  const stay = connection === undefined ? '' : `Connection: ${connection}\r\n`
  return `HTTP/1.1 ${status}\r\nDate: ${date}\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n${more}${stay}\r\n`
}

await serve({ name: 'http-server', does: `Answers every GET with "${BODY}".`, onClient: converse })
