/** Exceptions of C++, as uvcc++ compiles them without being asked: caught, uncaught, beside setjmp(), and none. */
import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { COMPILING, type Ending, Workshop } from './support/workshop.js'

let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
}, COMPILING)
afterAll(() => workshop.close())

const asGuest = async (source: string, ...options: readonly string[]): Promise<Ending> => {
  await workshop.write('main.cc', source)
  const made = await workshop.run(join(workshop.sdk, 'bin/uvcc++'), [...options, 'main.cc', '-o', 'main.wasm'])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  return workshop.guest('main.wasm')
}

/** The output of the same program, natively; it may end by abort(). */
const natively = (source: string): Promise<{ readonly stdout: string; readonly stderr: string }> =>
  new Promise((resolve, reject) => {
    const compiled = spawnSync('c++', ['-x', 'c++', '-w', '-', '-o', 'native'], { cwd: workshop.folder, input: source })
    if (compiled.status !== 0) reject(new Error(String(compiled.stderr)))
    execFile(join(workshop.folder, 'native'), (_error, stdout, stderr) => resolve({ stdout, stderr }))
  })

const CAUGHT = `#include <csetjmp>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
static jmp_buf place;
struct Guard { ~Guard() { puts("left"); } };
static void throws(int depth) { Guard guard; if (depth == 0) throw std::runtime_error("deep"); throws(depth - 1); }
static void jumps(int depth) { if (depth == 0) longjmp(place, 5); jumps(depth - 1); }
int main() {
  try { throws(3); } catch (const std::exception& error) { printf("caught %s\\n", error.what()); }
  int landed = setjmp(place);
  if (landed == 0) jumps(3);
  printf("landed %d\\n", landed);
  try { try { throw 5; } catch (int) { throw; } } catch (int number) { printf("caught %d again\\n", number); }
  try { std::string("x").at(3); } catch (const std::out_of_range&) { puts("out of range"); }
}
`
test.each([['-O0'], ['-O2'], ['-g']])(
  'exceptions are caught, beside setjmp() (%s)',
  async (option) => {
    const { stdout } = await natively(CAUGHT)
    expect(await asGuest(CAUGHT, option)).toEqual({ code: 0, stdout, stderr: '' })
  },
  COMPILING,
)

test(
  'a thread that cannot be created is an exception, too',
  async () => {
    const source = `#include <iostream>
#include <thread>
int main() {
  try { std::thread([] {}).join(); } catch (const std::system_error& error) { std::cout << error.code().message() << "\\n"; }
}
`
    const { code, stdout } = await asGuest(source, '-pthread')
    expect([code, stdout]).toEqual([0, 'Resource temporarily unavailable\n'])
  },
  COMPILING,
)

describe('an exception that nothing catches is a trap with its text:', () => {
  const type = 'namespace space { struct Own {}; }\n'
  test.each([
    ['of the library', '#include <stdexcept>\nint main() { throw std::runtime_error("the reason"); }'],
    ['a number', 'int main() { throw 5; }'],
    ['a text', 'int main() { throw "text"; }'],
    ['a class of the program', `${type}int main() { throw space::Own(); }`],
    ['out of memory', '#include <new>\nint main() { throw std::bad_alloc(); }'],
    ['in a constructor before main()', `${type}struct Early { Early() { throw space::Own(); } } early;\nint main() {}`],
    ['out of a function that promised none', 'void promised() noexcept { throw 1; }\nint main() { promised(); }'],
    [
      'with another handler of another type',
      '#include <string>\nint main() { try { throw 1; } catch (std::string&) {} }',
    ],
    ['thrown again', 'int main() { try { throw 1; } catch (...) { throw; } }'],
    ['none, but terminate()', '#include <exception>\nint main() { std::terminate(); }'],
  ])(
    '%s',
    async (_what, source) => {
      const [{ code, stderr }, native] = [await asGuest(source, '-w'), await natively(source)]
      expect(code).toBe(134)
      const [told, trap] = stderr.split('libuv-wasm: ')
      expect([told, trap?.split('\n')[0]]).toEqual([native.stderr, 'the program trapped'])
    },
    COMPILING,
  )

  test(
    "with the program's own handler, which decides",
    async () => {
      const source = `#include <cstdio>
#include <cstdlib>
#include <exception>
int main() {
  std::set_terminate([] { try { throw; } catch (int number) { printf("handled %d\\n", number); fflush(stdout); _Exit(7); } });
  throw 3;
}
`
      expect(await asGuest(source)).toEqual({ code: 7, stdout: 'handled 3\n', stderr: '' })
    },
    COMPILING,
  )

  test(
    'in a loop that its host runs',
    async () => {
      const source = `#include <uv.h>
#include <uv/pump.h>
static uv_timer_t timer;
int main() {
  uv_timer_init(uv_default_loop(), &timer);
  uv_timer_start(&timer, [](uv_timer_t*) { throw 5; }, 1, 0);
  uvp_run_and_exit(uv_default_loop(), nullptr);
}
`
      const { code, stderr } = await asGuest(source)
      expect([code, stderr]).toEqual([
        134,
        expect.stringMatching(/^terminate called .* 'int'\nlibuv-wasm: the program trapped/),
      ])
    },
    COMPILING,
  )
})

test(
  '-fno-exceptions is kept: the compiler refuses them, and the library has none',
  async () => {
    await workshop.write('none.cc', 'int main() { throw 1; }\n')
    const refused = await workshop.run(join(workshop.sdk, 'bin/uvcc++'), [
      '-fno-exceptions',
      'none.cc',
      '-o',
      'none.wasm',
    ])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching('exceptions disabled') })
    const source = '#include <vector>\nint main() { return std::vector<int>(3).at(1); }\n'
    expect(await asGuest(source, '-fno-exceptions')).toMatchObject({ code: 0 })
  },
  COMPILING,
)
