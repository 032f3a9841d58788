/** The SDK in a folder that was moved: uvcc, and the files for other build systems. */
import { spawnSync } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { COMPILING, EXAMPLES, Workshop } from './support/workshop.js'

const hello = join(EXAMPLES, 'hello.c')
let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
}, COMPILING)
afterAll(() => workshop.close())

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

/** A program that jumps out of ten frames. */
const JUMP = `#include <setjmp.h>
static jmp_buf start;
static void down(int frames) { if (frames == 0) longjmp(start, 5); down(frames - 1); }
int main(void) { int landed = setjmp(start); if (landed == 0) down(10); return landed; }
`

/** A program that throws an exception and catches it. */
const THROW = `#include <stdexcept>
int main() { try { throw std::runtime_error("oh"); } catch (const std::exception&) { return 6; } }
`

/** The imports of a compiled module. */
const importsOf = async (name: string): Promise<readonly string[]> => {
  const module = await WebAssembly.compile(new Uint8Array(await readFile(join(workshop.folder, name))))
  return WebAssembly.Module.imports(module).map(({ module: from, name: import_ }) => `${from}.${import_}`)
}

describe('uvcc', () => {
  test(
    'compiles and links separately',
    async () => {
      await workshop.write('part.c', '#include <uv.h>\nint main(void) { return uv_run(uv_default_loop(), 0) + 7; }\n')
      expect(await workshop.uvcc('-O2', '-c', 'part.c', '-o', 'part.o')).toMatchObject({ code: 0, stderr: '' })
      expect(await workshop.uvcc('part.o', '-o', 'parts')).toMatchObject({ code: 0, stderr: '' })
      expect(await workshop.guest('parts')).toMatchObject({ code: 7 })
    },
    COMPILING,
  )

  test(
    'links a libuv with debug information with -g',
    async () => {
      await workshop.uvcc(hello, '-o', 'plain.wasm')
      await workshop.uvcc('-g', hello, '-o', 'debug.wasm')
      const [plain, debug] = await Promise.all(
        ['plain.wasm', 'debug.wasm'].map((name) => stat(join(workshop.folder, name))),
      )
      expect(debug?.size).toBeGreaterThan(2 * Number(plain?.size))
    },
    COMPILING,
  )

  test(
    'makes a module that traps in abort(), with a stack of C functions',
    async () => {
      await workshop.write('trap.c', '#include <stdlib.h>\nint main(void) { abort(); }\n')
      await workshop.uvcc('-g', 'trap.c', '-o', 'trap.wasm')
      const { code, stderr } = await workshop.guest('trap.wasm')
      expect(code).toBe(134)
      expect(stderr).toMatch(/abort .*\n.*main /)
    },
    COMPILING,
  )

  test(
    'reports an undefined function as an error',
    async () => {
      await workshop.write('wrong.c', 'int nowhere(void);\nint main(void) { return nowhere(); }\n')
      const { code, stderr } = await workshop.uvcc('wrong.c', '-o', 'wrong.wasm')
      expect(code).not.toBe(0)
      expect(stderr).toMatch('undefined symbol: nowhere')
    },
    COMPILING,
  )

  test(
    'reports a function of emscripten’s JavaScript as undefined',
    async () => {
      await workshop.write(
        'script.c',
        '#include <emscripten.h>\nint main(void) { return emscripten_run_script_int("1"); }\n',
      )
      const { code, stderr } = await workshop.uvcc('script.c', '-o', 'script.wasm')
      expect(code).not.toBe(0)
      expect(stderr).toMatch('undefined symbol: emscripten_run_script_int')
    },
    COMPILING,
  )

  test(
    'supports setjmp() and C++ exceptions without JavaScript',
    async () => {
      await workshop.write('jump.c', JUMP)
      await workshop.write('throw.cc', THROW)
      await workshop.uvcc('-O2', 'jump.c', '-o', 'jump.wasm')
      await workshop.run(join(workshop.sdk, 'bin/uvcc++'), ['-fwasm-exceptions', 'throw.cc', '-o', 'throw.wasm'])
      expect(await workshop.guest('jump.wasm')).toMatchObject({ code: 5, stderr: '' })
      expect(await workshop.guest('throw.wasm')).toMatchObject({ code: 6, stderr: '' })
    },
    COMPILING,
  )

  test(
    'makes a module that imports only functions that hosts provide',
    async () => {
      await workshop.uvcc(join(EXAMPLES, 'get.c'), '-o', 'get.wasm')
      const imports = await importsOf('get.wasm')
      expect(imports).toContain('uv_host_1.connect')
      const others = imports.filter((name) => !/^(uv_host_1|wasi_snapshot_preview1)\./.test(name))
      for (const name of others) expect(name).toMatch(/^env\.(__syscall_\w+|emscripten_notify_memory_growth)$/)
    },
    COMPILING,
  )

  test('prints the version of emcc', async () => {
    const { code, stdout } = await workshop.uvcc('--version')
    expect([stdout.startsWith('emcc'), code]).toEqual([true, 0])
  })

  test('prints what to install if emcc is missing', async () => {
    const { code, stderr } = await workshop.run(join(workshop.sdk, 'bin/uvcc'), [hello], { EMCC: 'no-such-emcc' })
    expect(code).toBe(127)
    expect(stderr).toMatch(
      /^uvcc: no-such-emcc is not on the PATH: install emscripten .*\n.*apt-get install emscripten/,
    )
  })

  test(
    'compiles C++ as uvcc++',
    async () => {
      await workshop.write('plus.cc', '#include <uv.h>\nint main() { return uv_loop_alive(uv_default_loop()); }\n')
      const made = await workshop.run(join(workshop.sdk, 'bin/uvcc++'), ['plus.cc', '-o', 'plus.wasm'])
      expect(made).toMatchObject({ code: 0, stderr: '' })
      expect(await workshop.guest('plus.wasm')).toMatchObject({ code: 0 })
    },
    COMPILING,
  )
})

describe('other build systems', () => {
  const withPkgConfig = has('pkg-config') ? test : test.skip
  // Skipped without pkg-config: it is not needed to build or to use the SDK.
  withPkgConfig('pkg-config finds libuv in the moved folder', async () => {
    const env = { PKG_CONFIG_LIBDIR: join(workshop.sdk, 'lib/pkgconfig') }
    const { stdout } = await workshop.run('pkg-config', ['--cflags', '--libs', 'libuv >= 1.50'], env)
    expect(stdout).toMatch(/^-I.*include -L.*lib -luv\s*$/)
    expect(stdout.replaceAll('\\', '')).toMatch(workshop.sdk)
  })

  const withCmake = has('cmake') ? test : test.skip
  // Skipped without CMake, for the same reason.
  withCmake(
    'CMake builds with the toolchain file, and finds the package',
    async () => {
      await workshop.write(
        'CMakeLists.txt',
        `cmake_minimum_required(VERSION 3.10)
project(hello C)
find_package(libuv 1.50 REQUIRED)
include(CheckFunctionExists)
check_function_exists(nanosleep HAVE_NANOSLEEP)
check_function_exists(no_such_function HAVE_NONSENSE)
if(NOT HAVE_NANOSLEEP OR HAVE_NONSENSE)
  message(FATAL_ERROR "the checks are wrong")
endif()
add_executable(hello "${hello}")
target_link_libraries(hello libuv::uv)
`,
      )
      const toolchain = `-DCMAKE_TOOLCHAIN_FILE=${join(workshop.sdk, 'share/cmake/uvcc.cmake')}`
      expect(await workshop.run('cmake', ['-B', 'made', toolchain])).toMatchObject({ code: 0, stderr: '' })
      expect(await workshop.run('cmake', ['--build', 'made'])).toMatchObject({ code: 0, stderr: '' })
      expect((await workshop.guest('made/hello.wasm')).stdout).toMatch('says hello')
    },
    COMPILING,
  )
})
