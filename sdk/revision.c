/* What the module was linked with: uvcc links this into every program. Hosts
 * read it in src/runtime/linked-with.ts. UVP_VERSION is the version of
 * libuv-wasm. It is a section of the module, and takes no memory.
 */

#include "uv_host.h"

#define UVP__STRING(number) #number
#define UVP__TEXT(macro) UVP__STRING(macro)

__asm__(".section \".custom_section.libuv-wasm\",\"\",@\n"
        ".ascii \"revision " UVP__TEXT(UVH_REVISION) ", version " UVP_VERSION "\"\n");
