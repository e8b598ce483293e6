/* SPDX-License-Identifier: ISC */
/* What the kernel says about connections, for each kind of listener. */
#include <sys/mount.h>
#include <sys/un.h>

#include <netinet/in.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors.h"
#include "supervisor/kernel/connections.h"
#include "tap.h"

static struct kernel_connection *conn;
static size_t nconn;

static bool same(const struct kernel_connection *a, size_t na, const struct kernel_connection *b,
                 size_t nb)
{
    for (size_t i = 0; na == nb && i < na; i++)
        if (a[i].inode != b[i].inode || a[i].pid != b[i].pid || a[i].family != b[i].family ||
            (a[i].family != AF_UNIX && memcmp(a[i].peer, b[i].peer, 16) != 0) ||
            a[i].peer_port != b[i].peer_port)
            return false;
    return na == nb;
}

static bool held_agrees = true;

/* Does a look at the members alone find what one at everybody does? */
static void note_held(const struct kernel_listener *l, size_t nl, const struct tree *t, int err)
{
    struct kernel_connection *theirs = malloc((nconn + 1) * sizeof *theirs), *held;
    size_t n = 0, nheld;
    int r = kernel_held_connections(l, nl, t, &held, &nheld);

    for (size_t i = 0; i < nconn; i++)
        if (conn[i].pid > 0)
            theirs[n++] = conn[i];
    held_agrees &= err != 0 || (r == 0 && same(theirs, n, held, nheld));
    free(theirs);
    free(held);
}

static int look(const struct kernel_listener *l, size_t nl, const struct actor *a)
{
    struct tree t = {0};
    struct tree_root root = {a->pid, 0, false};

    free(conn);
    tree_scan(&t, &root, 1, getpid());
    int err = kernel_connections(l, nl, &t, &conn, &nconn);
    note_held(l, nl, &t, err);
    tree_free(&t);
    return err ? err : (int)nconn;
}

/* The same answer where netlink is refused. */
static bool confirmed(const struct kernel_listener *l, size_t nl, const struct actor *a)
{
    struct kernel_connection *first = conn;
    size_t n = nconn;
    int status = -1;

    pid_t pid = fork();
    if (pid == 0) {
        struct tree t = {0};
        struct tree_root root = {a->pid, 0, false};
        if (refuse_netlink() < 0)
            _exit(2);
        tree_scan(&t, &root, 1, getppid());
        bool agreed =
            kernel_connections(l, nl, &t, &conn, &nconn) == 0 && same(first, n, conn, nconn);
        tree_free(&t);
        free(first);
        free(conn);
        _exit(!agreed);
    }
    reap(pid, &status);
    return status == 0;
}

#define count(want, a, ...)                             \
    do {                                                \
        is_int(look(&l, 1, a), want, __VA_ARGS__);      \
        ok(confirmed(&l, 1, a), "and without netlink"); \
    } while (0)

static bool holds(const struct actor *a, unsigned long inode)
{
    struct tree t = {0};
    struct tree_root root = {a->pid, 0, false};

    tree_scan(&t, &root, 1, getpid());
    pid_t pid = kernel_holds(&t, inode);
    tree_free(&t);
    return pid > 0;
}

static bool none(const struct kernel_listener *l, size_t nl, const struct actor *a)
{
    struct tree t = {0};
    struct tree_root root = {a->pid, 0, false};

    tree_scan(&t, &root, 1, getpid());
    bool answer = kernel_no_connection(l, nl, &t);
    tree_free(&t);
    return answer;
}

static bool none_without_proc(const struct kernel_listener *l, size_t nl, const struct actor *a)
{
    int status = -1;

    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            umount2("/proc", MNT_DETACH) < 0)
            _exit(2);
        _exit(none(l, nl, a));
    }
    reap(pid, &status);
    return status != 0;
}

static void test_none(void)
{
    struct kernel_listener l[2], unknown;
    struct actor ours;

    stage_open();
    puts("# none at all");
    listen_inet(&l[0], SOCK_STREAM, "127.0.0.1", 0);
    listen_inet(&l[1], SOCK_STREAM, "127.0.0.1", 0);
    actor_start(&ours, &l[0]);
    ok(none(l, 2, &ours), "without a connection");
    int client = connect_to(&l[0], NULL);
    ok(none(l, 2, &ours), "one that nobody has accepted");
    actor_do(&ours, 'a');
    ok(!none(l, 2, &ours), "an accepted connection");
    ok(!none_without_proc(l, 2, &ours), "nor is there none where nobody can look");
    ok(!none(&l[1], 1, &ours), "also of a listener that is not named");
    actor_do(&ours, 'c');
    ok(none(l, 2, &ours), "closed");
    unknown = l[1];
    unknown.inode += 100000;
    ok(!none(&unknown, 1, &ours), "nobody knows where a listener is that is in no table");
    unknown.fd = -1;
    ok(none(&unknown, 1, &ours), "unless it was released");
    close(client);
    unlisten(&l[0]);
    unlisten(&l[1]);
    stage_close(&ours, NULL);
}

static void test_kind(const struct kind *kind)
{
    struct kernel_listener l;
    struct actor ours, next;
    unsigned queue, backlog;
    char peer[KERNEL_PEER];

    printf("# %s\n", kind->name);
    stage_open();
    if (listen_as(&l, kind) < 0) {
        ok(true, "%s # SKIP %s", kind->name, strerror(errno));
        stage_close(NULL, NULL);
        return;
    }
    actor_start(&ours, &l);
    actor_start(&next, &l);
    count(0, &ours, "a listener alone");
    ok(holds(&ours, l.inode) && !holds(&ours, l.inode + 100000), "which it holds");
    int client = connect_to(&l, kind);
    count(0, &ours, "a connection that nobody has accepted");
    kernel_queue(&l, &queue, &backlog);
    ok(queue == 1 && backlog == 7, "is in the queue (%u of %u)", queue, backlog);
    struct kernel_listener remote = l; /* without the fd */
    remote.fd = -1;
    int err = kernel_queue(&remote, &queue, &backlog);
    ok(kind->protocol || (!err && queue == 1 && backlog == 7), "by its inode too");
    actor_do(&ours, 'a');
    ok(!none(&l, 1, &ours), "not none");
    count(1, &ours, "an accepted connection");
    ok(nconn == 1 && conn[0].pid == ours.pid, "and who holds it");
    ok(nconn == 1 && strcmp(kernel_peer(&conn[0], peer), peer_of(client)) == 0,
       "and whose it is: %s", peer);
    count(0, &next, "nothing of the other generation");
    actor_do(&ours, 'f');
    count(1, &ours, "the connection of a forked child");
    actor_do(&ours, 'x');
    count(1, &ours, "the connection of a program that is executed");
    ok(nconn == 1 && conn[0].pid != ours.pid, "which isn't the main process");
    int second = connect_to(&l, kind);
    actor_do(&ours, 'a');
    count(2, &ours, "a second connection");
    actor_do(&ours, 's');
    count(2, &ours, "one of them in flight");
    ok(nconn == 2 && (conn[0].pid == 0) != (conn[1].pid == 0), "without an owner");
    actor_do(&next, 'r');
    count(1, &ours, "once received by another generation it is not ours");
    count(1, &next, "but its");
    actor_do(&next, 'c');
    if (kind->protocol) { /* Linux 6.18 shows a closed MPTCP socket until its peer is closed */
        close(second);
        while (look(&l, 1, &next) != 0)
            sched_yield();
    }
    count(0, &next, "and closed is closed");
    close(client);
    if (!kind->protocol)
        close(second);
    unlisten(&l);
    stage_close(&ours, &next);
}

static void test_strangers(void)
{
    struct kernel_listener l, elsewhere;
    struct actor ours, other;

    stage_open();
    puts("# another address");
    listen_inet(&l, SOCK_STREAM, "127.0.0.1", 0);
    listen_inet(&elsewhere, SOCK_STREAM, "127.0.0.2", port_of(&l));
    actor_start(&ours, &l);
    actor_start(&other, &elsewhere);
    int a = connect_to(&elsewhere, NULL);
    actor_do(&other, 'a');
    count(0, &ours, "the same port of another address");
    count(0, &other, "doesn't count for who has it either");
    int b = connect_to(&l, NULL);
    actor_do(&ours, 'a');
    count(1, &ours, "our own does");
    struct kernel_listener both[] = {l, elsewhere};
    is_int(look(both, 2, &ours), 1, "of two listeners on a port");
    is_int(look(both, 2, &other), 1, "each has its own");
    ((struct sockaddr_in *)&both[0].addr)->sin_addr.s_addr = 0;
    is_int(look(both, 1, &other), 1, "a wildcard has both");
    close(a);
    close(b);
    unlisten(&l);
    unlisten(&elsewhere);
    stage_close(&ours, &other);
}

static void test_twins(void)
{
    struct kernel_listener l, twin;
    struct actor ours, other;

    stage_open();
    puts("# another server on the same address");
    listen_inet(&l, SOCK_STREAM, "127.0.0.1", 0);
    listen_inet(&twin, SOCK_STREAM, "127.0.0.1", port_of(&l));
    steer(&l, 1);
    actor_start(&ours, &l);
    actor_start(&other, &twin);
    int client = connect_to(&l, NULL);
    actor_do(&other, 'a');
    count(0, &ours, "its connection isn't ours");
    count(1, &other, "but its");
    close(client);
    unlisten(&l);
    unlisten(&twin);
    stage_close(&ours, &other);
}

/* Nine ports are more than are asked for one by one. */
static void test_ports(void)
{
    struct kernel_listener l[9];
    struct actor ours;
    int client[9];

    stage_open();
    puts("# many ports");
    for (int i = 0; i < 9; i++)
        listen_inet(&l[i], SOCK_STREAM, "127.0.0.1", 0);
    for (int i = 0; i < 9; i++) {
        client[i] = connect_to(&l[i], NULL);
        if (i == 0)
            actor_start(&ours, &l[0]);
    }
    actor_do(&ours, 'a');
    is_int(look(l, 9, &ours), 1, "one of nine ports has a connection");
    ok(confirmed(l, 9, &ours), "and without netlink");
    for (int i = 0; i < 9; i++) {
        close(client[i]);
        unlisten(&l[i]);
    }
    stage_close(&ours, NULL);
}

/* As root in a container: processes of other users are closed to us. */
static void test_blind(void)
{
    struct kernel_listener l;
    struct actor ours, next;
    int status = -1;

    puts("# without CAP_SYS_PTRACE");
    if (geteuid() != 0) {
        ok(true, "another user # SKIP not root");
        return;
    }
    stage_open();
    listen_inet(&l, SOCK_STREAM, "127.0.0.1", 0);
    actor_start(&ours, &l);
    actor_start(&next, &l);
    actor_do(&ours, 'p');
    actor_do(&next, 'u');
    int a = connect_to(&l, NULL);
    actor_do(&ours, 'a');
    int b = connect_to(&l, NULL);
    actor_do(&next, 'a');
    pid_t pid = fork();
    if (pid == 0) {
        struct tree t = {0};
        struct tree_root root = {ours.pid, 0, false};
        if (drop_ptrace() < 0)
            _exit(10);
        tree_scan(&t, &root, 1, getppid());
        free(conn);
        int err = kernel_connections(&l, 1, &t, &conn, &nconn);
        tree_free(&t);
        free(conn);
        _exit(err != -EACCES ? 11 : (int)nconn);
    }
    reap(pid, &status);
    is_int(status >> 8, 1, "our own connection, and that there may be more");
    is_int(look(&l, 1, &ours), 1, "with the privilege there is no doubt");
    close(a);
    close(b);
    unlisten(&l);
    stage_close(&ours, &next);
}

static void test_datagram(void)
{
    struct kernel_listener l;
    struct actor ours;
    unsigned queue, backlog;

    stage_open();
    puts("# datagrams");
    listen_inet(&l, SOCK_DGRAM, "127.0.0.1", 0);
    actor_start(&ours, &l);
    is_int(look(&l, 1, &ours), 0, "a datagram socket has no connections");
    ok(kernel_queue(&l, &queue, &backlog) == 0 && queue == 0 && backlog == 0, "an empty queue");
    int client = connect_to(&l, NULL);
    is_int(send(client, "x", 1, 0), 1, "a datagram");
    ok(kernel_queue(&l, &queue, &backlog) == 0 && queue > 0, "is in the queue");
    close(client);
    unlisten(&l);
    stage_close(&ours, NULL);
}

int main(void)
{
    isolate();
    int fds = setup();

    for (const struct kind *kind = kinds; kind->name; kind++)
        test_kind(kind);
    test_none();
    test_strangers();
    test_twins();
    test_ports();
    test_blind();
    test_datagram();
    ok(held_agrees, "a look at the members alone finds what they hold");
    free(conn);
    conn = NULL;
    is_int(count_fds(), fds, "no fd is left open");
    return done();
}
