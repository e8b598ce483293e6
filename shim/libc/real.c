/* SPDX-License-Identifier: ISC */
#include "libc/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

#include "libc/vfork.h"

pid_t (*vfork_target)(void) = fork;
bool vfork_called;

#define CALL(result, name, parameters, arguments) \
    static result early_##name parameters         \
    {                                             \
        real_resolve();                           \
        return real.name arguments;               \
    }
#include "libc/calls.h"
#undef CALL

struct real real = {
#define CALL(result, name, parameters, arguments) .name = early_##name,
#include "libc/calls.h"
#undef CALL
};

static long absent(void)
{
    errno = ENOSYS;
    return -1;
}

static void *lookup(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    return found ? found : (void *)(uintptr_t)absent;
}

void real_resolve(void)
{
#define CALL(result, name, parameters, arguments) \
    real.name = (result(*) parameters)(uintptr_t)lookup(#name);
#include "libc/calls.h"
#undef CALL
    vfork_target = (pid_t(*)(void))(uintptr_t)real.vfork;
}
