/* SPDX-License-Identifier: ISC */
#include "libc/data_path.h"

/* Before any constructor, and where the shim is off: by way of the pointer that resolves itself. */
#define CALL(result, name, parameters, arguments)
#define DATA_CALL(result, name, parameters, arguments) \
    static result early_##name parameters              \
    {                                                  \
        return real.name arguments;                    \
    }
#include "libc/calls.h"

#define DATA_CALL(result, name, parameters, arguments) .name = early_##name,
struct data_path data_path = {
#include "libc/calls.h"
};

void data_path_divert(const struct data_path *to)
{
#define DATA_CALL(result, name, parameters, arguments) \
    __atomic_store_n(&data_path.name, to->name, __ATOMIC_RELAXED);
#include "libc/calls.h"
}

void data_path_forward(void)
{
    const struct data_path plain = {
#define DATA_CALL(result, name, parameters, arguments) .name = real.name,
#include "libc/calls.h"
    };

    data_path_divert(&plain);
}
