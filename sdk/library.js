// The functions that emcc treats as defined when it links. Its JavaScript library is not available to a guest, so only
// the names that hosts implement are kept: WASI's, and system calls, which return ENOSYS unless a host implements them.
{
  const answered = /^(__syscall_\w+|emscripten_notify_memory_growth|(args|clock|environ|fd|proc|sched)_\w+)$/
  const attribute = /__(deps|sig|asm|proxy|postset|inline|import|noleakcheck|docs|nothrow|user)$/
  const { library } = LibraryManager
  // Names that begin with $ are not C functions, and emcc's own code may need them.
  for (const name of Object.keys(library).filter((key) => !key.startsWith('$'))) {
    Reflect.deleteProperty(library, name)
    if (answered.test(name) && !attribute.test(name)) library[name] = () => {}
  }
}
