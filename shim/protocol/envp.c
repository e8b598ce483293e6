/* SPDX-License-Identifier: ISC */
#include "protocol/envp.h"

#include <string.h>
#include <unistd.h>

const char *envp_value(const char *entry, const char *name)
{
    size_t n = strlen(name);

    return strncmp(entry, name, n) == 0 && entry[n] == '=' ? entry + n + 1 : NULL;
}

const char *envp_find(char *const envp[], const char *name)
{
    const char *found = NULL;

    for (; envp && *envp; envp++) {
        const char *value = envp_value(*envp, name);

        if (value)
            found = value;
    }
    return found;
}

const char *envp_take(const char *name)
{
    const char *value = NULL;
    char **to = environ;

    for (char **from = environ; from && *from; from++) {
        const char *found = envp_value(*from, name);

        if (found)
            value = found;
        else
            *to++ = *from;
    }
    if (value)
        *to = NULL;
    return value;
}
