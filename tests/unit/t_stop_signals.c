/* SPDX-License-Identifier: ISC */
/* stop_signals: which signal asks whom to end, by the names that processes have. */
#include <sys/prctl.h>

#include <signal.h>
#include <unistd.h>

#include "supervisor/state/stop_signals.h"
#include "tap.h"

static void is_asked_by(const char *name, int sig)
{
    prctl(PR_SET_NAME, name);
    is_int(stop_signals_of(getpid()), sig, "%s", name);
}

int main(void)
{
    is_asked_by("nginx", SIGQUIT);
    is_asked_by("nginx (deleted)", SIGQUIT);
    is_asked_by("nginx-agent", SIGTERM);
    is_asked_by("nginxd", SIGTERM);
    is_asked_by("my-nginx", SIGTERM);
    is_asked_by("php-fpm8.2", SIGQUIT);
    is_asked_by("postgres", SIGINT);
    is_asked_by("squid", SIGINT);
    is_asked_by("tgtd", SIGKILL);
    is_asked_by("unicorn", SIGQUIT);
    is_asked_by("unicorn master", SIGQUIT);
    is_asked_by("uwsgi", SIGINT);
    is_asked_by("uwsgi-core", SIGINT);
    is_asked_by("python3", SIGTERM);
    is_asked_by("", SIGTERM);
    return done();
}
