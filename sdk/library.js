// What emcc takes for defined when it links. Its JavaScript library is not there when a guest runs, so nothing of it counts
// but the names that hosts answer: WASI's, and system calls, which get ENOSYS where there is nothing better.
(function() {
  var library = LibraryManager.library;
  var answered = /^(__syscall_\w+|emscripten_notify_memory_growth|(args|clock|environ|fd|proc|sched)_\w+)$/;
  var attribute = /__(deps|sig|asm|proxy|postset|inline|import|noleakcheck|docs|nothrow|user)$/;
  Object.keys(library).forEach(function(name) {
    // What begins so is no C function, and emcc's own code may need it.
    if (name.charAt(0) === '$') return;
    delete library[name];
    if (answered.test(name) && !attribute.test(name)) library[name] = function() {};
  });
})();

