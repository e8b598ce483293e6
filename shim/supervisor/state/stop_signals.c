/* SPDX-License-Identifier: ISC */
#include "supervisor/state/stop_signals.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "supervisor/kernel/program.h"

/* In libgrace(7), too. */
static const struct {
    char name[15];
    unsigned char sig;
} table[] = {
    {"nginx", SIGQUIT},   /* SIGTERM: what is in the buffers of its logs is lost */
    {"php-fpm", SIGQUIT}, /* what follows fastcgi_finish_request, if it may take its time */
    {"postgres", SIGINT}, /* it would wait for clients whose time has passed */
    {"squid", SIGINT},    /* it would wait for shutdown_lifetime */
    {"tgtd", SIGKILL},    /* it takes no notice of any; its own tool ends it */
    {"unicorn", SIGQUIT}, /* what follows an answer */
    {"uwsgi", SIGINT},    /* it would reload */
    {"uwsgi-core", SIGINT},
};

/* "php-fpm8.2" is php-fpm, and what stands behind a blank a title, or "(deleted)". */
static bool is_called(const char *text, const char *name)
{
    size_t n = strlen(name);

    if (strncmp(text, name, n) != 0)
        return false;
    n += strspn(text + n, "0123456789.");
    return strchr(" \n", text[n]);
}

int stop_signals_of(pid_t pid)
{
    struct program_names names;

    program_names(pid, &names);
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
        if (is_called(names.file, table[i].name) || is_called(names.comm, table[i].name))
            return table[i].sig;
    return SIGTERM;
}
