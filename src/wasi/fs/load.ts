/** Loads the code for files, for programs that can use any. */
import { FILE_CALLS, UV_HOST_MODULE } from '../../abi/uv-host.js'
import type { WasmModule } from '../../base/platform-types.js'
import { WASI_MODULE } from '../provider.js'
import type { Files } from './calls.js'
import type { Mount } from './given.js'

/** The functions of preview 1 that descriptors of all kinds have. */
const COMMON: readonly string[] = [
  'fd_close',
  'fd_fdstat_get',
  'fd_fdstat_set_flags',
  'fd_filestat_get',
  'fd_read',
  'fd_renumber',
  'fd_seek',
  'fd_tell',
  'fd_write',
]

const HOST_CALLS: readonly string[] = FILE_CALLS

/**
 * Loads the class of a guest's files.
 *
 * @param given - the files that it has at first
 * @returns `undefined` for a program that has none, and no call that opens any
 */
export async function loadFiles(
  program: WasmModule,
  given: readonly Mount[] | undefined,
): Promise<typeof Files | undefined> {
  const uses = ({ module, name }: WebAssembly.ModuleImportDescriptor): boolean =>
    module === WASI_MODULE
      ? /^(fd|path)_/.test(name) && !COMMON.includes(name)
      : module === UV_HOST_MODULE && HOST_CALLS.includes(name)
  if (given === undefined && !WebAssembly.Module.imports(program).some(uses)) return undefined
  return (await import('./calls.js')).Files
}
