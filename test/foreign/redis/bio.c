/* SPDX-License-Identifier: MIT */

/* Stands in for the file of redis with this name, which has three threads that
 * close files, synchronize them and free memory. A guest has no threads, and
 * here each of these jobs is done at once, by the program itself: it takes as
 * long, and ends in the same state. Nothing else of redis is replaced.
 */

#include "server.h"
#include "bio.h"

/* More than any of redis' jobs has. */
#define BIO_ARGUMENTS 16


void bioInit(void) {
}


static void bioSync(int fd) {
  if (redis_fsync(fd) == -1 && errno != EBADF && errno != EINVAL) {
    atomicSet(server.aof_bio_fsync_status, C_ERR);
    atomicSet(server.aof_bio_fsync_errno, errno);
    serverLog(LL_WARNING, "Fail to fsync the AOF file: %s", strerror(errno));
  } else {
    atomicSet(server.aof_bio_fsync_status, C_OK);
  }
}


void bioCreateCloseJob(int fd, int need_fsync, int need_reclaim_cache) {
  if (need_fsync)
    bioSync(fd);
  close(fd);
}


void bioCreateFsyncJob(int fd, long long offset, int need_reclaim_cache) {
  bioSync(fd);
  atomicSet(server.fsynced_reploff_pending, offset);
}


void bioCreateCloseAofJob(int fd, long long offset, int need_reclaim_cache) {
  bioCreateFsyncJob(fd, offset, need_reclaim_cache);
  close(fd);
}


void bioCreateLazyFreeJob(lazy_free_fn free_fn, int arg_count, ...) {
  void* arguments[BIO_ARGUMENTS];
  va_list list;
  int i;

  serverAssert(arg_count <= BIO_ARGUMENTS);
  va_start(list, arg_count);
  for (i = 0; i < arg_count; i++)
    arguments[i] = va_arg(list, void*);
  va_end(list);

  free_fn(arguments);
}


/* Redis calls back from its loop, when its caller has returned. */
typedef struct {
  comp_fn* func;
  uint64_t data;
  void* pointer;
} bioAnswer;


static int bioAnswerNow(aeEventLoop* loop, long long id, void* answer) {
  bioAnswer* due = answer;

  due->func(due->data, due->pointer);
  zfree(due);
  return AE_NOMORE;
}


void bioCreateCompRq(bio_worker_t worker,
                     comp_fn* func,
                     uint64_t user_data,
                     void* user_ptr) {
  bioAnswer* answer = zmalloc(sizeof(*answer));

  answer->func = func;
  answer->data = user_data;
  answer->pointer = user_ptr;
  aeCreateTimeEvent(server.el, 0, bioAnswerNow, answer, NULL);
}


unsigned long bioPendingJobsOfType(int type) {
  return 0;
}


void bioDrainWorker(int type) {
}


void bioKillThreads(void) {
}
