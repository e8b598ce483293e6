/* SPDX-License-Identifier: ISC */
#include "supervisor/front/systemd/fd_store.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "protocol/decimal.h"
#include "supervisor/front/systemd/sd_notify_manager.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/private.h"
#include "supervisor/state/listener.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/outsiders.h"

#define NAME FD_STORE_NAME "%016" PRIx64

enum {
    FIRST = STDERR_FILENO + 1, /* of LISTEN_FDS */
    STORED = 64,
    PAUSE_MS = 100, /* who opens and closes listeners all the time is not told of each */
};

static uint64_t stored[STORED]; /* keys */
static unsigned n;

/* What the server is to get of its own. */
struct rest {
    int fds;
    char names[4096];
};

static bool take_ours(const char *name, int fd)
{
    struct listener *h;
    uint64_t key;
    int copy;

    if (sscanf(name, FD_STORE_NAME "%16" SCNx64, &key) != 1 || n == STORED || !listener_serves(fd))
        return false;
    copy = fcntl(fd, F_DUPFD_CLOEXEC, FIRST);
    h = copy < 0 ? NULL : listener_add(copy, key);
    if (!h) {
        if (copy >= 0)
            close(copy);
        return false;
    }
    h->stored = true;
    stored[n++] = key;
    close(fd);
    return true;
}

static void keep(struct rest *rest, const char *name, int fd)
{
    size_t used = strlen(rest->names);
    int to = FIRST + rest->fds++;

    if (fd != to) {
        dup2(fd, to);
        close(fd);
    }
    snprintf(rest->names + used, sizeof rest->names - used, "%s%s", used ? ":" : "", name);
}

static void tell_rest(const struct rest *rest)
{
    char text[16];

    if (rest->fds == 0) {
        unsetenv("LISTEN_FDS");
        unsetenv("LISTEN_PID");
        unsetenv("LISTEN_FDNAMES");
        return;
    }
    snprintf(text, sizeof text, "%d", rest->fds);
    setenv("LISTEN_FDS", text, 1);
    setenv("LISTEN_FDNAMES", rest->names, 1);
}

static int given(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");

    return pid && fds && decimal_pid(pid, strlen(pid)) == getpid() ? decimal_pid(fds, strlen(fds))
                                                                   : 0;
}

void fd_store_take(void)
{
    const char *names = getenv("LISTEN_FDNAMES");
    struct rest rest = {.fds = 0};
    char *copy = names && strstr(names, FD_STORE_NAME) ? strdup(names) : NULL, *left = copy, *name;
    int last = FIRST + given();

    for (int fd = FIRST; copy && fd < last; fd++) {
        name = strsep(&left, ":");
        if (!name || !take_ours(name, fd))
            keep(&rest, name ? name : "unknown", fd);
    }
    if (copy && last > FIRST)
        tell_rest(&rest);
    free(copy);
}

static bool is_wanted(void)
{
    const char *most = getenv("FDSTORE"); /* systemd 254 says how many it keeps */

    return manager_listens() && (supervisor.options.fd_store == FD_STORE_ON ||
                                 (supervisor.options.fd_store == FD_STORE_AUTO && most &&
                                  decimal_pid(most, strlen(most)) > 0));
}

static bool has_path(const struct listener *h)
{
    return h->socket.family == AF_UNIX &&
           ((const struct sockaddr_un *)&h->socket.addr)->sun_path[0] != '\0';
}

static bool is_for_store(const struct listener *h)
{
    return h->socket.fd >= 0 && !h->leaving && !h->given && !h->stored && !has_path(h) &&
           h->socket.type == SOCK_STREAM && !private_is(h) &&
           generation_uses(supervisor.current, h);
}

/* systemd has those anyway that it has given to us. */
static void store(struct listener *h)
{
    struct manager_message m = {.n = 1};

    outsiders_note_given();
    if (h->given)
        return;
    m.fds[0] = fcntl(h->socket.fd, F_DUPFD_CLOEXEC, FIRST);
    if (m.fds[0] < 0)
        return;
    snprintf(m.text, sizeof m.text, "FDSTORE=1\nFDNAME=" NAME "\n", h->key);
    log_line(LEVEL_DEBUG, "%s goes into the service manager's store", h->address);
    manager_tell(&m, true);
    h->stored = true;
    stored[n++] = h->key;
}

/* One that was closed and bound anew has the same key, and is another one. */
static bool is_there(uint64_t key)
{
    const struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        if (h->key == key && h->stored && h->socket.fd >= 0 && !h->leaving)
            return true;
    return false;
}

static void remove_gone(void)
{
    struct manager_message m = {.n = 0};
    unsigned kept = 0;

    for (unsigned i = 0; i < n; i++) {
        if (is_there(stored[i])) {
            stored[kept++] = stored[i];
            continue;
        }
        snprintf(m.text, sizeof m.text, "FDSTOREREMOVE=1\nFDNAME=" NAME "\n", stored[i]);
        manager_tell(&m, true);
    }
    n = kept;
}

void fd_store_step(void)
{
    static int64_t next;
    int64_t now = clock_ms();
    struct listener *h;

    if (phase_stops() || supervisor.phase == PHASE_FIRST || !supervisor.current || !is_wanted())
        return;
    if (now < next) {
        supervisor_wake_at(next);
        return;
    }
    next = now + PAUSE_MS;
    remove_gone();
    TAILQ_FOREACH (h, &listener_list, link)
        if (n < STORED && is_for_store(h))
            store(h);
}
