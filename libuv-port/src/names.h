/* How getaddrinfo() and getnameinfo() wait for the host. By themselves they do,
 * where that is possible at all. The thread pool's loop must not wait: it calls
 * them with UVP__LOOKUP_BEGINS. Where the host has to be asked, they return 0
 * then, with the descriptor of the lookup in place of that, and nothing else;
 * and once it is readable they are called again, with the same arguments, and
 * read the answer.
 */

#ifndef UVP_NAMES_H_
#define UVP_NAMES_H_

#define UVP__LOOKUP_WAITS (-1)
#define UVP__LOOKUP_BEGINS (-2)

struct uv__work;

/* One of these, or a descriptor that is readable. */
extern int uvp__lookup;

/* Does a piece of work, or begins to, with that in uvp__lookup. */
void uvp__perform(struct uv__work* w, int lookup);

/* Performs a piece of work when `fd` is readable, on its loop. UV_ENOMEM, or
 * UV_ENOSYS where there are no names.
 */
int uvp__look(struct uv__work* w, int fd);

/* Gives that up, and closes the descriptor. Returns 0 if it was not asked for. */
int uvp__look_no_more(struct uv__work* w);

#endif  /* UVP_NAMES_H_ */
