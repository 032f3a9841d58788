/** What build systems pass to a compiler without being asked, and what uvcc makes of it. */
import { execFile } from 'node:child_process'
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { COMPILING, Workshop } from './support/workshop.js'

const run = promisify(execFile)
let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
  await workshop.write('main.c', '#include <stdio.h>\nint main(void) { return puts("runs") < 0; }\n')
}, COMPILING)
afterAll(() => workshop.close())

/** Compiles and runs; expects silence and success. */
const builds = async (...options: readonly string[]): Promise<string> => {
  expect(await workshop.uvcc(...options, '-o', 'made.wasm')).toEqual({ code: 0, stdout: '', stderr: '' })
  const { stdout, stderr, code } = await workshop.guest('made.wasm')
  expect([stderr, code]).toEqual(['', 0])
  return stdout
}

/** Compiles; expects an error. @returns its text */
const fails = async (...options: readonly string[]): Promise<string> => {
  const { code, stderr } = await workshop.uvcc(...options, '-o', 'made.wasm')
  expect(code).not.toBe(0)
  return stderr
}

/** What a C program of one or more files prints natively. */
const native = async (...options: readonly string[]): Promise<string> => {
  await run('cc', [...options, '-o', 'native'], { cwd: workshop.folder })
  return (await run(join(workshop.folder, 'native'))).stdout
}

const exists = (name: string): Promise<boolean> =>
  access(join(workshop.folder, name)).then(
    () => true,
    () => false,
  )

describe('uvcc accepts in silence', () => {
  test.each<[string, readonly string[]]>([
    [
      'libraries that are part of the C library',
      '-pthread -lpthread -lm -lc -ldl -lrt -lutil -lresolv -lnsl'.split(' '),
    ],
    ['libraries of compilers', '-latomic -lgcc -lgcc_s -lstdc++ -lssp -luv'.split(' ')],
    [
      'what configure and CMake pass to linkers',
      '-Wl,--as-needed -Wl,--no-undefined -Wl,-z,defs -Wl,-rpath,/usr/lib -Wl,-soname,x -rdynamic -Wl,-E'.split(' '),
    ],
    ['groups', '-Wl,--start-group -lm -Wl,--end-group -Wl,-Bstatic -lc -Wl,-Bdynamic'.split(' ')],
    ['values of their own', '-Xlinker -rpath -Xlinker /x -Wl,-rpath -Wl,/y -Wl,-z -Wl,relro'.split(' ')],
    ['scripts of versions', ['-Wl,--version-script=none.map', '-Wl,--dynamic-list,none', '-Wl,-Bsymbolic-functions']],
    [
      "Debian's flags",
      '-g -O2 -flto=auto -ffat-lto-objects -fstack-protector-strong -fstack-clash-protection -Wformat -fcf-protection -Wl,-z,relro -Wl,-z,now -fPIE -pie -D_FORTIFY_SOURCE=2 -Wdate-time -specs=/x'.split(
        ' ',
      ),
    ],
    [
      'optimizations of linkers',
      '-Wl,-O1 -Wl,--gc-sections -Wl,--sort-common -Wl,--hash-style=gnu -Wl,--build-id'.split(' '),
    ],
    ['a protected stack', ['-fstack-protector-all']],
    ['stripping', ['-s']],
  ])(
    '%s',
    async (_what, options) => {
      expect(await builds('main.c', ...options)).toBe('runs\n')
    },
    2 * COMPILING,
  )

  test(
    'a file of arguments',
    async () => {
      await workshop.write('arguments', '-pthread "main.c"\n-DNAME=\'"with a space"\' -lpthread\n')
      expect(await builds('@arguments')).toBe('runs\n')
    },
    COMPILING,
  )
})

test(
  'a library of the program’s own has precedence over one that is ignored',
  async () => {
    await workshop.write('own.c', 'int own(void) { return 0; }\n')
    await workshop.write('uses.c', 'int own(void);\nint main(void) { return own(); }\n')
    await workshop.uvcc('-c', 'own.c', '-o', 'own.o')
    await workshop.run('emar', ['rcs', 'libutil.a', 'own.o'])
    await builds('uses.c', '-L.', '-lutil')
  },
  COMPILING,
)

test(
  'libraries that the ar of this machine made get the index that it cannot write',
  async () => {
    const calls: string[] = []
    for (const name of ['one', 'two']) {
      await workshop.write(`${name}.c`, `int ${name}(void) { return 0; }\n`)
      await workshop.uvcc('-c', `${name}.c`, '-o', `${name}.o`)
      await workshop.run('ar', ['rcs', `lib${name}.a`, `${name}.o`])
      calls.push(`${name}()`)
    }
    await workshop.write('both.c', `int one(void), two(void);\nint main(void) { return ${calls.join(' + ')}; }\n`)
    await builds('both.c', 'libone.a', 'libtwo.a')
  },
  COMPILING,
)

describe('uvcc refuses', () => {
  test.each([
    ['-m64', /Cannot use -m64: .*; leave it out/],
    ['-Wl,--allow-undefined', /Cannot import what is undefined: .*--allow-undefined/],
    ['-Wl,--max-memory=4294967296', /Cannot use more than 2147483648 bytes of memory/],
    ['-sTOTAL_STACK=much', /Cannot use -sTOTAL_STACK=much: .*digits/],
  ])(
    '%s',
    async (option, says) => {
      expect(await fails('main.c', option)).toMatch(says)
    },
    COMPILING,
  )
})

describe('a link that fails', () => {
  const lacks = 'int nowhere(int);\nint main(void) { return nowhere(1); }\n'

  test(
    'names the object and the remedy, not options that make modules nothing can run',
    async () => {
      await workshop.write('lacks.c', lacks)
      await workshop.uvcc('-c', 'lacks.c', '-o', 'lacks.o')
      for (const input of ['lacks.o', 'lacks.c']) {
        const text = await fails(input)
        expect(text).toMatch('lacks.o: undefined symbol: nowhere')
        expect(text).toMatch('link the object or the library that defines it')
        expect(text).not.toMatch(/UNDEFINED_SYMBOLS|emcc/)
      }
    },
    COMPILING,
  )

  test(
    'leaves nothing, and nothing of an earlier one',
    async () => {
      await workshop.write('lacks.c', lacks)
      expect(await workshop.uvcc('main.c', '-o', 'left.wasm')).toMatchObject({ code: 0 })
      expect(await exists('left.wasm')).toBe(true)
      expect((await workshop.uvcc('lacks.c', '-o', 'left.wasm')).code).not.toBe(0)
      expect(await exists('left.wasm')).toBe(false)
    },
    COMPILING,
  )
})

describe('memory', () => {
  const deep = `#include <stdio.h>
static int down(int frames) { volatile char page[4096]; page[0] = 1; return frames == 0 ? 0 : down(frames - 1) + page[0]; }
int main(void) { printf("%d\\n", down(3000)); return 0; }
`
  test.each([['-sTOTAL_STACK=16777216'], ['-Wl,-z,stack-size=16777216']])(
    'a stack of 16 MiB needs %s only',
    async (option) => {
      await workshop.write('deep.c', deep)
      expect(await builds('deep.c', option)).toBe('3000\n')
    },
    COMPILING,
  )

  test(
    'large data needs no option',
    async () => {
      await workshop.write(
        'large.c',
        'static char all[40 << 20];\nint main(int argc, char** argv) { return all[argc << 20]; }\n',
      )
      await builds('large.c')
    },
    COMPILING,
  )
})

describe('-fcommon', () => {
  const one = `#include <stdio.h>
int set, unset; char text[4]; double aligned[3]; void fill(void);
int main(void) { unset = 4; fill(); return printf("%d %d %s %g\\n", set, unset, text, aligned[2]) < 0; }
`
  const two = `#include <string.h>
int set = 42, unset; char text[40]; double aligned[3];
void fill(void) { strcpy(text, "longer than four"); unset++; aligned[2] = 1.5; }
`
  test.each([['-O0'], ['-O2'], ['-g']])(
    'merges definitions, and the largest counts (%s)',
    async (option) => {
      await workshop.write('one.c', one)
      await workshop.write('two.c', two)
      const expected = await native('-fcommon', 'one.c', 'two.c')
      expect(await builds(option, '-fcommon', 'one.c', 'two.c')).toBe(expected)
      for (const part of ['one', 'two']) {
        expect(await workshop.uvcc(option, '-fcommon', '-MD', '-c', `${part}.c`)).toMatchObject({ code: 0, stderr: '' })
      }
      expect(await readFile(join(workshop.folder, 'one.d'), 'utf8')).toMatch(/^one\.o: one\.c/)
      expect(await builds('one.o', 'two.o')).toBe(expected)
    },
    2 * COMPILING,
  )
})

test(
  'malloc() and its relatives set errno in an optimized program, too',
  async () => {
    const source = `#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  volatile size_t much = SIZE_MAX / 2;
  void* p[3];
  int set = 0;
  errno = 0, p[0] = malloc(much), set += errno == ENOMEM;
  errno = 0, p[1] = calloc(much, 4), set += errno == ENOMEM;
  errno = 0, p[2] = realloc(NULL, much), set += errno == ENOMEM;
  printf("%d %d %d %d\\n", set, !p[0], !p[1], !p[2]);
  return 0;
}
`
    await workshop.write('much.c', source)
    expect(await builds('-O2', 'much.c')).toBe('3 1 1 1\n')
  },
  COMPILING,
)

describe('--posix', () => {
  const asks = `#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <uv.h>
#if defined(__EMSCRIPTEN__) || defined(EMSCRIPTEN)
#error it is emscripten
#endif
int main(void) { printf("%" PRIdPTR " %d\\n", (intptr_t) SEEK_END, (int) sizeof(sigset_t)); return 0; }
`
  test(
    'hides emscripten from a program, and not from the C library’s headers',
    async () => {
      await workshop.write('asks.c', asks)
      expect(await fails('asks.c')).toMatch('it is emscripten')
      expect(await builds('--posix', 'asks.c')).toMatch(/^2 /)
      expect(await builds('--posix', '-fcommon', 'asks.c')).toMatch(/^2 /)
    },
    COMPILING,
  )

  test(
    'serves C++, too',
    async () => {
      await workshop.write('asks.cc', `#include <iostream>\n#include <locale>\n#include <string>\n${asks}`)
      const made = await workshop.run(join(workshop.sdk, 'bin/uvcc++'), ['--posix', 'asks.cc', '-o', 'asks.wasm'])
      expect(made).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(await workshop.guest('asks.wasm')).toMatchObject({ code: 0 })
    },
    COMPILING,
  )
})

/** A compiler that notes each time that emcc is asked. @returns its path, and that of its notes */
const noted = async (name: string): Promise<[program: string, log: string]> => {
  const [program, log] = [join(workshop.folder, name), join(workshop.folder, `${name}.log`)]
  await writeFile(program, `#!/bin/sh\necho asked >>'${log}'\nexec emcc "$@"\n`, { mode: 0o755 })
  return [program, log]
}

test(
  'emcc is asked once for each set of options, whatever else changes, and at first for the size of time_t',
  async () => {
    const [EMCC, log] = await noted('asked')
    for (const options of [
      ['-O1'],
      ['-O1', '-DX', '-lm'],
      ['-O1', '-I.', '-Wall', '-pthread'],
      ['-c', '-O0'],
      ['-c', '-O3', '-g'],
    ])
      await workshop.run(join(workshop.sdk, 'bin/uvcc'), [...options, 'main.c', '-o', 'again.wasm'], { EMCC })
    expect(await readFile(log, 'utf8')).toBe('asked\nasked\nasked\n')
  },
  COMPILING,
)

test(
  'an emcc that the library was not built for is refused',
  async () => {
    const [EMCC] = await noted('newer')
    const size = join(workshop.sdk, 'lib/uvcc/time-size')
    const built = await readFile(size, 'utf8')
    await writeFile(size, '8\n')
    const { code, stderr } = await workshop.run(join(workshop.sdk, 'bin/uvcc'), ['main.c', '-o', 'newer.wasm'], {
      EMCC,
    })
    await writeFile(size, built)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^uvcc: Cannot use .*newer: its time_t does not have the 8 bytes of this library's; use the emcc/,
    )
  },
  COMPILING,
)
