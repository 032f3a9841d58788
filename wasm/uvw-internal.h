/* SPDX-License-Identifier: MIT */

/* Declarations that the files of this folder share. */

#ifndef UVW_INTERNAL_H_
#define UVW_INTERNAL_H_

#include "uvw.h"

/* The instance's loop. */
extern uv_loop_t uvw__loop;

/* Makes libuv allocate through the counting allocator. */
void uvw__heap_init(void);

/* Memory for a handle that is named `id`; NULL if memory is short. */
void* uvw__handle_alloc(size_t size, int id);

/* The result of a uvw_*_init(): the handle, or the error if libuv refused to
 * initialize it, in which case its memory is freed.
 */
void* uvw__handle_result(void* handle, int err);

/* The name of a handle. */
int uvw__handle_id(const uv_handle_t* handle);

/* The close callback of every handle. */
void uvw__on_close(uv_handle_t* handle);

/* The same two functions for a request. */
void* uvw__req_alloc(size_t size, int id);
int uvw__req_id(const uv_req_t* req);

/* The callback of every connect request, which it frees. */
void uvw__on_connect(uv_connect_t* req, int status);

/* Frees the requests that are kept for reuse. */
void uvw__write_reqs_free(void);

/* Parses the text of an address; UV_EINVAL if it is not one. */
int uvw__address_parse(const char* host,
                       int port,
                       unsigned int flowinfo,
                       unsigned int scope_id,
                       struct sockaddr_storage* out);

#endif  /* UVW_INTERNAL_H_ */
