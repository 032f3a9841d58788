/** Threads in programs that have only one: what cannot be, and the locks of C++; test/guest has those of C. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { COMPILING, Workshop } from './support/workshop.js'

let workshop: Workshop

beforeAll(async () => {
  workshop = await Workshop.open()
}, COMPILING)
afterAll(() => workshop.close())

const DEADLOCKS = `#include <pthread.h>
#include <stdlib.h>
int main(int argc, char** argv) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_spinlock_t spin;
  pthread_barrier_t barrier;
  pthread_mutex_lock(&mutex);
  pthread_rwlock_rdlock(&lock);
  pthread_spin_init(&spin, 0);
  pthread_spin_lock(&spin);
  pthread_barrier_init(&barrier, NULL, 2);
  switch (atoi(argv[1])) {
    case 1: pthread_mutex_lock(&mutex); break;
    case 2: pthread_cond_wait(&cond, &mutex); break;
    case 3: pthread_rwlock_wrlock(&lock); break;
    case 4: pthread_spin_lock(&spin); break;
    case 5: pthread_barrier_wait(&barrier); break;
  }
  return 0;
}
`
test(
  'waiting for a thread that does not exist is a trap, and not an endless wait',
  async () => {
    await workshop.write('deadlocks.c', DEADLOCKS)
    expect(await workshop.uvcc('-pthread', 'deadlocks.c', '-o', 'deadlocks.wasm')).toMatchObject({
      code: 0,
      stderr: '',
    })
    const codes = await Promise.all(
      ['0', '1', '2', '3', '4', '5'].map(async (which) => (await workshop.guest('deadlocks.wasm', [], [which])).code),
    )
    expect(codes).toEqual([0, 134, 134, 134, 134, 134])
  },
  COMPILING,
)

test(
  'pthread_create() fails as it does where no thread is left',
  async () => {
    const source = `#include <errno.h>
#include <pthread.h>
static void* start(void* argument) { return argument; }
int main(void) { pthread_t thread; return pthread_create(&thread, NULL, start, NULL) == EAGAIN ? 0 : 1; }
`
    await workshop.write('create.c', source)
    expect(await workshop.uvcc('-pthread', 'create.c', '-o', 'create.wasm')).toMatchObject({ code: 0, stderr: '' })
    expect(await workshop.guest('create.wasm')).toMatchObject({ code: 0 })
  },
  COMPILING,
)

const LOCKS = `#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>
#include <shared_mutex>
struct Big { long parts[4]; };
int main() {
  const auto moment = std::chrono::milliseconds(10);
  std::mutex plain;
  std::recursive_mutex recursive;
  std::timed_mutex timed;
  std::shared_mutex shared;
  std::condition_variable condition;
  plain.lock();
  recursive.lock();
  timed.lock();
  shared.lock_shared();
  std::cout << plain.try_lock() << recursive.try_lock() << timed.try_lock_for(moment);
  std::cout << shared.try_lock() << shared.try_lock_shared() << "\\n";
  std::unique_lock<std::mutex> held(plain, std::adopt_lock);
  std::cout << (condition.wait_for(held, moment) == std::cv_status::timeout) << held.owns_lock() << "\\n";
  std::once_flag flag;
  try { std::call_once(flag, [] { throw 1; }); } catch (int) { std::cout << "thrown\\n"; }
  std::call_once(flag, [] { std::cout << "once\\n"; });
  std::call_once(flag, [] { std::cout << "twice\\n"; });
  std::atomic<Big> big;
  big.store(Big{{1, 2, 3, 4}});
  thread_local int local = 5;
  std::cout << big.load().parts[3] << local << std::async(std::launch::deferred, [] { return 6; }).get() << "\\n";
}
`
test(
  'the locks of C++ return what they return natively',
  async () => {
    await workshop.write('locks.cc', LOCKS)
    const options = ['-std=c++17', '-pthread', 'locks.cc', '-latomic']
    const made = await workshop.run(join(workshop.sdk, 'bin/uvcc++'), [...options, '-o', 'locks.wasm'])
    expect(made).toMatchObject({ code: 0, stderr: '' })
    execFileSync('c++', ['-w', ...options, '-o', 'locks'], { cwd: workshop.folder })
    const stdout = execFileSync(join(workshop.folder, 'locks'), { encoding: 'utf8' })
    expect(await workshop.guest('locks.wasm')).toEqual({ code: 0, stdout, stderr: '' })
  },
  COMPILING,
)
