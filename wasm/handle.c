/* SPDX-License-Identifier: MIT */

/* The functions that all handles share, and the names of handles and requests.
 */

#include "uvw-internal.h"
#include "uv_host.h"


void* uvw__handle_alloc(size_t size, int id) {
  uv_handle_t* handle;

  handle = uvw_malloc(size);
  if (handle != NULL)
    handle->data = (void*) (intptr_t) id;

  return handle;
}


void* uvw__handle_result(void* handle, int err) {
  if (err == 0)
    return handle;

  uvw_free(handle);
  return (void*) (intptr_t) err;
}


int uvw__handle_id(const uv_handle_t* handle) {
  return (int) (intptr_t) handle->data;
}


void* uvw__req_alloc(size_t size, int id) {
  uv_req_t* req;

  req = uvw_malloc(size);
  if (req != NULL)
    req->data = (void*) (intptr_t) id;

  return req;
}


int uvw__req_id(const uv_req_t* req) {
  return (int) (intptr_t) req->data;
}


void uvw__on_close(uv_handle_t* handle) {
  uvh_on_close(uvw__handle_id(handle));
  uvw_free(handle);
}


void uvw_close(uv_handle_t* handle) {
  uv_close(handle, uvw__on_close);
}


int uvw_is_active(const uv_handle_t* handle) {
  return uv_is_active(handle);
}


int uvw_is_closing(const uv_handle_t* handle) {
  return uv_is_closing(handle);
}


int uvw_has_ref(const uv_handle_t* handle) {
  return uv_has_ref(handle);
}


void uvw_ref(uv_handle_t* handle) {
  uv_ref(handle);
}


void uvw_unref(uv_handle_t* handle) {
  uv_unref(handle);
}


int uvw_fileno(const uv_handle_t* handle) {
  uv_os_fd_t fd;
  int err;

  err = uv_fileno(handle, &fd);
  return err ? err : fd;
}


int uvw_open(uv_handle_t* handle, int fd) {
  /* Lower descriptors are files and standard streams, which none of these
   * handles can use.
   */
  if (fd < UVH_FD_FIRST)
    return UV_EBADF;

  if (handle->type == UV_TCP)
    return uv_tcp_open((uv_tcp_t*) handle, fd);

  if (handle->type == UV_UDP)
    return uv_udp_open((uv_udp_t*) handle, fd);

  return uv_pipe_open((uv_pipe_t*) handle, fd);
}


int uvw_send_buffer_size(uv_handle_t* handle, int value) {
  int err;

  err = uv_send_buffer_size(handle, &value);
  return err ? err : value;
}


int uvw_recv_buffer_size(uv_handle_t* handle, int value) {
  int err;

  err = uv_recv_buffer_size(handle, &value);
  return err ? err : value;
}
