/* SPDX-License-Identifier: ISC */
#include "supervisor/state/options.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "protocol/envp.h"
#include "protocol/preload_list.h"
#include "supervisor/state/option_values.h"

static const struct options defaults = {.signal = SIGHUP,
                                        .ready_timeout = 60000,
                                        .settle = 1000,
                                        .drain_timeout = 60000,
                                        .keep_alive = KEEP_ALIVE_CLOSE,
                                        .stop_timeout = 10000,
                                        .max_old = 3,
                                        .workers = 1,
                                        .max_age = CLOCK_NEVER,
                                        .nice = OPTIONS_NO_NICE,
                                        .log = "stderr",
                                        .log_level = LEVEL_INFO};

/* Without a '=' it is no variable for anybody; that of exec/supervise.c is for step/spawn.c, and
 * one is the server's where it is a worker of another one. */
static bool is_option(const char *entry)
{
    return strncmp(entry, "GRACE_", 6) == 0 && strchr(entry, '=') &&
           !envp_value(entry, PRELOAD_LIST_HANDED) && !envp_value(entry, "GRACE_WORKER");
}

/* Of several entries with one name the first counts, as for getenv(). */
static bool is_repeated(const char *entry)
{
    size_t n = strcspn(entry, "=") + 1;

    for (char **e = environ; *e && *e != entry; e++)
        if (strncmp(*e, entry, n) == 0)
            return true;
    return false;
}

static bool read_variables(struct options *o)
{
    for (char **entry = environ; *entry; entry++)
        if (is_option(*entry) && !is_repeated(*entry) && !option_values_set(o, *entry))
            return false;
    return true;
}

static void remove_variables(void)
{
    char **to = environ;

    for (char **from = environ; *from; from++)
        if (!is_option(*from))
            *to++ = *from;
    *to = NULL;
}

bool options_read(struct options *o)
{
    *o = defaults;
    if (!read_variables(o))
        return false;
    remove_variables();
    return option_values_agree(o);
}
