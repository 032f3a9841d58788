/** Does what its arguments say, once for each test. */
import { decode, ErrorCode, errorName, isIP, Lookup, Pipe, print, setTimeout, TCP, Timer } from 'libuv-wasm/assembly'

/** An argument after the name of the test. */
function argument(index: i32): string {
  const place = index + 2
  return place < process.argv.length ? process.argv[place] : ''
}

function number(index: i32): i32 {
  return I32.parseInt(argument(index))
}

/** Prints the outcome of a call. */
function report(status: i32): void {
  console.log(errorName(status))
}

/** Sends back what it receives. */
class Echo extends TCP {
  onRead(data: Uint8Array): void {
    if (this.write(data) > 0) this.readStop()
  }
  onDrain(): void {
    this.readStart()
  }
  onError(code: i32): void {
    console.log(`error ${errorName(code)}`)
  }
  onClose(): void {
    console.log('closed')
  }
}

class EchoServer extends TCP {
  onConnection(): void {
    this.accept(new Echo())
  }
}

/** Says something and prints the answer. */
class Client extends TCP {
  onConnect(): void {
    console.log(`connected ${this.remoteAddress.port == number(1) ? 'there' : 'elsewhere'}`)
    this.writeText(argument(2))
    this.end()
  }
  onRead(data: Uint8Array): void {
    print(decode(data))
  }
  onError(code: i32): void {
    console.log(`error ${errorName(code)}`)
  }
  onClose(): void {
    console.log('closed')
  }
}

class PipeEcho extends Pipe {
  onRead(data: Uint8Array): void {
    this.write(data)
  }
}

class PipeServer extends Pipe {
  onConnection(): void {
    this.accept(new PipeEcho())
    this.close()
  }
}

class PipeClient extends Pipe {
  onConnect(): void {
    console.log(`at ${this.remoteAddress.toString()}`)
    this.writeText('through a path\n')
    this.end()
  }
  onRead(data: Uint8Array): void {
    print(decode(data))
  }
  onError(code: i32): void {
    console.log(`error ${errorName(code)}`)
  }
}

class Where extends Lookup {
  onAddresses(addresses: string[]): void {
    console.log(addresses.join(' '))
  }
  onError(code: i32): void {
    console.log(`error ${errorName(code)}`)
  }
}

class Countdown extends Timer {
  left: i32 = 3
  onTimer(): void {
    console.log(this.left.toString())
    if (--this.left == 0) this.stop()
  }
}

function listen(): void {
  const server = new EchoServer()
  const status = server.listen(argument(0), number(1))
  if (status < 0) report(status)
  else console.log(`listening on ${server.localAddress.toString()} port ${server.localAddress.port}`)
}

function timers(): void {
  setTimeout((): void => console.log('second'), 20)
  setTimeout((): void => console.log('first'), 5)
  setTimeout((): void => console.log('never'), 10).stop()
  new Countdown().start(40, 1)
}

function addresses(): void {
  for (let index = 0; index < process.argv.length - 2; index++) {
    const server = new TCP()
    const host = argument(index)
    const status = server.listen(host, 0)
    console.log(`${host} ${isIP(host)} ${status < 0 ? errorName(status) : server.localAddress.host}`)
    server.close()
  }
}

function misuse(): void {
  const fresh = new TCP()
  report(fresh.write(new Uint8Array(1)))
  report(fresh.accept(new TCP()))
  report(fresh.listen('no address', 80))
  report(fresh.listen('127.0.0.1', 65536))
  fresh.end()
  fresh.close()
  fresh.close()
  report(fresh.writeText('x'))
  report(fresh.listen('127.0.0.1', 0))
  fresh.connect('127.0.0.1', 1)
  report(ErrorCode.ETIMEDOUT)
  report(-12345)
  report(1)
}

const what = process.argv[1]
if (what == 'listen') listen()
else if (what == 'connect') new Client().connect(argument(0), number(1))
else if (what == 'timers') timers()
else if (what == 'lookup') new Where().start(argument(0))
else if (what == 'pipes') {
  const path = argument(0).replace('@', '\0')
  report(new PipeServer().listen(path))
  new PipeClient().connect(path)
} else if (what == 'addresses') addresses()
else if (what == 'misuse') misuse()
else if (what == 'arguments') console.log(process.argv.slice(2).join('|'))
else if (what == 'variables') console.log(process.env.keys().sort().join('|'))
else if (what == 'date') {
  const now = new Date(Date.now())
  const past = Date.parse('2001-09-09T01:46:40.000Z')
  console.log(`${now.getUTCFullYear()} ${past.getTime()} ${past.toISOString()} ${Date.UTC(1970, 0, 2)}`)
} else if (what == 'exit') setTimeout((): void => process.exit(7), 1)
else if (what == 'code') process.exitCode = 9
else if (what == 'throw') throw new Error('ünerwartet')
else if (what == 'index') setTimeout((): void => console.log(process.argv[99]), 1)
else if (what == 'globals') {
  const bytes = new Uint8Array(32)
  crypto.getRandomValues(bytes)
  console.log(
    `${bytes.some((byte: u8): bool => byte != 0)} ${Math.random() < 1} ${performance.now() > 0} ${process.time() > 0}`,
  )
  trace('traced', 2, 1, 2)
  console.error('to standard error')
} else console.log('nothing to do')
