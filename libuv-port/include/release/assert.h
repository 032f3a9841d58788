/* Assertions of the release module. They stay, because libuv's state is driven
 * from outside of the module, and a trap is better than memory that is wrong;
 * but they say nothing, because their text and printf() are larger than libuv.
 */

#undef assert
#define assert(expression) ((expression) ? (void) 0 : __builtin_trap())

#ifndef static_assert
# define static_assert _Static_assert
#endif
