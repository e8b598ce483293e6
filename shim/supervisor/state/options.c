/* SPDX-License-Identifier: ISC */
#include "supervisor/state/options.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "protocol/envp.h"
#include "protocol/preload_list.h"
#include "supervisor/state/option_values.h"
#include "supervisor/state/signal_name.h"

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

/* Every restart would be rolled back. */
static bool is_delay_too_long(const struct options *o)
{
    if (o->ready != READY_DELAY || o->ready_delay < o->ready_timeout)
        return false;
    fprintf(stderr,
            "grace: GRACE_READY=%s: the value must be a delay shorter than GRACE_READY_TIMEOUT, "
            "which is %lld ms\n",
            o->ready_text, (long long)o->ready_timeout);
    return true;
}

/* The server would write its number over ours. */
static bool is_one_pid_file(const struct options *o)
{
    if (!o->pidfile || !o->own_pidfile || strcmp(o->pidfile, o->own_pidfile) != 0)
        return false;
    fprintf(stderr,
            "grace: GRACE_SUPERVISOR_PIDFILE=%s: the value must be another file than that of the "
            "server in GRACE_PIDFILE\n",
            o->own_pidfile);
    return true;
}

/* They stand side by side. */
static bool is_several_in_turn(const struct options *o)
{
    if (o->workers == 1 || o->mode != MODE_SEQUENTIAL)
        return false;
    fprintf(stderr,
            "grace: GRACE_WORKERS=%d: the value must be 1 with GRACE_MODE=sequential, where each "
            "starts when the one before has ended\n",
            o->workers);
    return true;
}

/* From us that one interrupts no call of the server's: nginx would go on waiting. */
static bool is_one_signal(const struct options *o)
{
    if (o->drain_signal != o->signal)
        return false;
    fprintf(stderr,
            "grace: GRACE_DRAIN_SIGNAL=%s: the value must be another signal than the one for a "
            "restart, GRACE_SIGNAL\n",
            signal_name(o->drain_signal));
    return true;
}

static bool agree(const struct options *o)
{
    return !is_delay_too_long(o) && !is_one_pid_file(o) && !is_several_in_turn(o) &&
           !is_one_signal(o);
}

bool options_read(struct options *o)
{
    *o = defaults;
    if (!read_variables(o))
        return false;
    remove_variables();
    return agree(o);
}
