// What emcc takes for defined when it links. Its JavaScript library is not there when a guest runs, so nothing of it counts
// but the names that hosts answer: WASI's, and system calls, which get ENOSYS where there is nothing better.
{
  const answered = /^(__syscall_\w+|emscripten_notify_memory_growth|(args|clock|environ|fd|proc|sched)_\w+)$/
  const attribute = /__(deps|sig|asm|proxy|postset|inline|import|noleakcheck|docs|nothrow|user)$/
  const { library } = LibraryManager
  // What begins with $ is no C function, and emcc's own code may need it.
  for (const name of Object.keys(library).filter((key) => !key.startsWith('$'))) {
    Reflect.deleteProperty(library, name)
    if (answered.test(name) && !attribute.test(name)) library[name] = () => {}
  }
}
