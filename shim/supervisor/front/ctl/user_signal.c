/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/user_signal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "protocol/decimal.h"
#include "protocol/signals.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/workers.h"
#include "supervisor/state/log.h"
#include "supervisor/state/signal_name.h"
#include "supervisor/state/supervisor.h"

static bool is_refused(int sig, char *text, size_t size)
{
    struct generation *g = supervisor.current;
    const char *name = signal_name(sig);

    if (sig <= 0 || sig >= NSIG)
        snprintf(text, size, "%d is no signal", sig);
    else if (sig == RESERVED_SIGNAL)
        snprintf(text, size, "signal %d is grace's own in this server", sig);
    else if (sig == supervisor.options.signal)
        snprintf(text, size,
                 "SIG%s asks for a restart here, and the server doesn't see it: start it with "
                 "--signal %s, and SIG%s is its own",
                 name, sig == SIGUSR2 ? "USR1" : "USR2", name);
    else if (!g || g->state == GENERATION_RETIRED || (g->exited && !generation_lives(g)))
        snprintf(text, size, "no process of the server runs now");
    else
        return false;
    return true;
}

static void send_all(int sig)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (worker_serves(g))
            generation_signal(g, sig);
}

bool user_signal_send(const char *number, char *text, size_t size)
{
    struct generation *g = supervisor.current;
    int sig = decimal_pid(number, strlen(number));

    if (is_refused(sig, text, size))
        return false;
    if (supervisor.workers > 1)
        snprintf(text, size, "SIG%s for %u workers", signal_name(sig), workers_serving());
    else if (g->exited)
        snprintf(text, size, "SIG%s for generation %u", signal_name(sig), g->number);
    else
        snprintf(text, size, "SIG%s for process %d, generation %u", signal_name(sig), (int)g->main,
                 g->number);
    log_line(LEVEL_INFO, "%s", text);
    send_all(sig);
    return true;
}
