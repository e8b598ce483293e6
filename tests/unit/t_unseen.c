/* SPDX-License-Identifier: ISC */
/* Which of what a member listens on the supervisor has not. */
#include <sys/socket.h>

#include <stdio.h>
#include <unistd.h>

#include "actors.h"
#include "supervisor/kernel/connections.h"
#include "tap.h"

static bool is_at(void *arg, const struct kernel_unseen *u)
{
    return u->port == *(const uint16_t *)arg;
}

static bool finds_unseen(const struct actor *a, int type, uint16_t port)
{
    struct tree t = {0};
    struct tree_root root = {a->pid, 0, false};
    struct kernel_unseen u;

    tree_scan(&t, &root, 1, getpid());
    bool found = kernel_find_unseen(&t, is_at, &port, &u);
    tree_free(&t);
    return found && u.pid == a->pid && u.type == type && u.family == AF_INET;
}

static void test_unseen(int type, const char *what)
{
    struct kernel_listener l;
    struct actor ours;

    stage_open();
    printf("# unseen: %s\n", what);
    listen_inet(&l, type, "127.0.0.1", 0);
    actor_start(&ours, &l);
    ok(!finds_unseen(&ours, type, port_of(&l)), "not what the supervisor has as well");
    unlisten(&l);
    ok(finds_unseen(&ours, type, port_of(&l)), "what a member alone has");
    ok(!finds_unseen(&ours, type, (uint16_t)(port_of(&l) ^ 1)), "if it is wanted");
    stage_close(&ours, NULL);
}

int main(void)
{
    isolate();
    int fds = setup();

    test_unseen(SOCK_STREAM, "a listener");
    test_unseen(SOCK_DGRAM, "a datagram socket");
    is_int(count_fds(), fds, "no fd is left open");
    return done();
}
