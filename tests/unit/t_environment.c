/* SPDX-License-Identifier: ISC */
#include "exec/inject.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/command_line.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/self.h"
#include "protocol/envp.h"
#include "protocol/handoff.h"
#include "protocol/preload_list.h"
#include "tap.h"

static int plain_fcntl(int fd, int cmd, void *arg)
{
    return fcntl(fd, cmd, arg);
}

struct real real = {.fcntl = plain_fcntl};

static struct page page;
struct self self = {.page = &page, .restart_signal = 1, .library = "/lib/grace.so"};

static const union handoff_fds loan = {.each = {1000, 1001, 1002, 1003, 1004}};
static const char HANDOFF[] = "GRACE_HANDOFF=3:1000:1001:1002:1003:1004:1:0:0:77:/lib/grace.so";

/* What an exec with this environment passes on, joined with spaces. */
static const char *injected(char *const envp[])
{
    static char text[8192];
    size_t n = inject_entries(envp);
    char **entries = calloc(n, sizeof *entries);
    char *bytes = malloc(inject_bytes(envp));
    struct handoff h = inject_handoff(INJECT_MEMBER, NULL, &loan);
    char *const *result;

    h.command = 77;
    result = inject_environment(envp, &h, entries, bytes);

    text[0] = '\0';
    for (char *const *e = result; *e; e++)
        strcat(strcat(text, e == result ? "" : " "), *e);
    free(entries);
    free(bytes);
    return text;
}

#define ENVIRONMENT(...)                \
    (char *const[])                     \
    {                                   \
        __VA_ARGS__ __VA_OPT__(, ) NULL \
    }

static void is_injected(char *const envp[], const char *preload, const char *rest, const char *name)
{
    char want[8192];

    snprintf(want, sizeof want, "%s LD_PRELOAD=%s%s%s", HANDOFF, preload, *rest ? " " : "", rest);
    is_str(injected(envp), want, "%s", name);
}

static void test_inject(void)
{
    is_injected(ENVIRONMENT(), "/lib/grace.so", "", "into nothing");
    is_injected(NULL, "/lib/grace.so", "", "into no environment at all");
    is_injected(ENVIRONMENT("A=1", "B="), "/lib/grace.so", "A=1 B=", "the others stay, in order");
    is_injected(ENVIRONMENT("LD_PRELOAD=/x.so:/y.so", "A=1"), "/lib/grace.so:/x.so:/y.so", "A=1",
                "before other libraries");
    is_injected(ENVIRONMENT("LD_PRELOAD=/lib/grace.so"), "/lib/grace.so", "", "once");
    is_injected(ENVIRONMENT("LD_PRELOAD="), "/lib/grace.so", "", "into an empty list");
    is_injected(ENVIRONMENT("GRACE_HANDOFF=old", "A=1"), "/lib/grace.so", "A=1",
                "an old handoff goes");
    is_injected(ENVIRONMENT("LD_PRELOAD_X=1", "GRACE_HANDOFFS=2", "odd"), "/lib/grace.so",
                "LD_PRELOAD_X=1 GRACE_HANDOFFS=2 odd", "names that only begin like ours stay");
}

static char *entries[16];
static char text[16][64];

static void set_environment(char *const envp[])
{
    int n = 0;

    for (; envp[n]; n++)
        entries[n] = strcpy(text[n], envp[n]);
    entries[n] = NULL;
    environ = entries;
}

static void test_take(void)
{
    set_environment(ENVIRONMENT("A=1", "X=first", "B=2", "X=second", "XY=3"));
    is_str(envp_take("X"), "second", "the value of a variable");
    is_str(entries[0], "A=1", "what was before stays");
    is_str(entries[1], "B=2", "what was after moves up");
    is_str(entries[2], "XY=3", "a longer name is another");
    ok(entries[3] == NULL, "all of that name are gone");
    ok(envp_take("X") == NULL, "there is no more");
    ok(envp_take("A=1") == NULL, "a name is no entry");
    environ = NULL;
    ok(envp_take("X") == NULL, "there may be no environment");
    ok(preload_list_take("/lib/grace.so") == NULL, "and no list");
}

static void takes_preload(const char *list, const char *rest)
{
    char entry[64];
    const char *got;

    snprintf(entry, sizeof entry, "LD_PRELOAD=%s", list);
    set_environment(ENVIRONMENT("A=1", entry, "B=2"));
    got = preload_list_take("/lib/grace.so");
    is_str(got ? got : "", rest, "'%s' leaves '%s'", list, rest);
    if (*rest)
        ok(strcmp(entries[1] + 11, rest) == 0 && entries[2] != NULL, "in its place");
    else
        ok(strcmp(entries[1], "B=2") == 0 && !entries[2], "and no variable");
}

static void test_take_preload(void)
{
    takes_preload("/lib/grace.so", "");
    takes_preload("/lib/grace.so:", "");
    takes_preload("/lib/grace.so:/x.so", "/x.so");
    takes_preload("/lib/grace.so /x.so", "/x.so");
    takes_preload("/x.so:/lib/grace.so", "/x.so");
    takes_preload("/x.so:/lib/grace.so:/y.so", "/x.so:/y.so");
    takes_preload("/x.so", "/x.so");
    takes_preload("/lib/grace.so.1", "/lib/grace.so.1");
    takes_preload("/usr/lib/grace.so", "/usr/lib/grace.so");
    takes_preload("/x.so /lib/grace.so", "/x.so");
    takes_preload("/lib/grace.so:/lib/grace.so", "");
    takes_preload("/lib/grace.so:/x.so:/lib/grace.so", "/x.so");
}

/* What a child executes in its place, as the leader of a session or not. */
static void test_child(bool leads, char *const argv[], enum inject as, const char *what)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        if (leads)
            setsid();
        _exit((int)inject_as(true, argv));
    }
    waitpid(pid, &status, 0);
    ok(WIFEXITED(status) && WEXITSTATUS(status) == (int)as, "%s", what);
}

/* A TCP connection; returns the end that was accepted. */
static int connected(int *client)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
    socklen_t len = sizeof a;

    *client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bind(listener, (struct sockaddr *)&a, sizeof a);
    listen(listener, 1);
    getsockname(listener, (struct sockaddr *)&a, &len);
    connect(*client, (struct sockaddr *)&a, len);
    fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    close(listener);
    return fd;
}

static void test_daemons(void)
{
    char *const own[] = {(char[]){"haproxy"}, (char[]){"-W"}, NULL};
    char *const more[] = {own[0], own[1], (char[]){"-sf"}, NULL};
    char *const other[] = {own[0], (char[]){"-D"}, NULL};
    int client, fd = connected(&client);

    command_line_note(own);
    self.on = true;
    strcpy(self.library, "/dev/null");
    atomic_store(&page.served, 1);
    test_child(false, own, INJECT_BYSTANDER,
               "who executes itself, but does not lead, may be anybody");
    test_child(true, own, INJECT_MEMBER, "a daemon that executes itself is the server");
    test_child(true, more, INJECT_MEMBER, "also with more arguments");
    test_child(true, other, INJECT_BYSTANDER, "not with others");
    test_child(true, own + 1, INJECT_BYSTANDER, "nor with fewer");
    test_child(true, NULL, INJECT_BYSTANDER, "nor with none");
    fcntl(fd, F_SETFD, 0);
    fdtab_set(fd, FD_CONNECTION);
    test_child(true, more, INJECT_NOTHING, "nor who takes a client's connection along");
    fdtab_set(fd, FD_NONE);
    close(fd);
    close(client);
    atomic_store(&page.served, 0);
    self.on = false;
}

static void is_as(enum inject as, const char *what)
{
    is_int(inject_as(false, NULL), as, "%s", what);
}

static int forked_as(void)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        memory_owner = getpid();
        inject_forked();
        fdtab_set(fdtab_next(0, 1 << FD_CONNECTION), FD_NONE);
        _exit((int)inject_as(true, NULL));
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_clients(void)
{
    char *const worker[] = {(char[]){"worker"}, (char[]){"-p"}, NULL};
    int client, fd = connected(&client);

    fdtab_set(fd, FD_CONNECTION);
    is_as(INJECT_NOTHING, "a helper is what is executed for a client");
    page_note_command(&page, command_line_number(worker));
    is_int(inject_as(false, worker), INJECT_BYSTANDER, "not a command that has served before");
    is_int(inject_as(false, worker + 1), INJECT_NOTHING, "as that one only");
    is_int(forked_as(), INJECT_NOTHING, "also by a child that has closed its connection");
    self.keep_children = true;
    is_as(INJECT_BYSTANDER, "none is with GRACE_CHILDREN=keep");
    self.keep_children = false;
    close(fd);
    is_as(INJECT_BYSTANDER, "nor when that connection was closed unseen");
    fd = open("/dev/null", O_RDONLY);
    is_as(INJECT_BYSTANDER, "and its number is another file's");
    fdtab_set(fd, FD_NONE);
    is_int(forked_as(), INJECT_BYSTANDER, "nor is what a child without one executes");
    close(fd);
    close(client);
}

static void test_commands(void)
{
    char *const sh[] = {(char[]){"sh"}, (char[]){"srv"}, NULL};
    char *const srv[] = {(char[]){"srv"}, NULL};
    uint32_t number = command_line_number(sh);

    is_int(command_line_number(NULL), 0, "no command has no number");
    ok(number != command_line_number(srv), "others differ");
    is_int(inject_handoff(INJECT_BYSTANDER, sh, &loan).command, number, "it is passed on");
    atomic_store(&self.bystander, true);
    atomic_store(&self.command, number);
    is_int(inject_handoff(INJECT_BYSTANDER, srv, &loan).command, number, "also by a wrapper");
    atomic_store(&self.bystander, false);
    is_int(inject_handoff(INJECT_BYSTANDER, srv, &loan).command, command_line_number(srv),
           "not by one that serves");
    atomic_store(&self.command, 0);
}

static void test_places(void)
{
    self.elsewhere = true;
    is_as(INJECT_NOTHING, "nothing in another PID namespace");
    self.elsewhere = false;
    strcpy(self.library, "/nowhere/libgrace.so");
    is_as(INJECT_NOTHING, "nor where the library is not to be found");
    strcpy(self.library, "/dev/null");
}

static void test_who_belongs(void)
{
    char *const again[] = {(char[]){"server"}, NULL};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    is_as(INJECT_NOTHING, "nobody belongs where the shim is off");
    self.on = true;
    is_as(INJECT_MEMBER, "what is run before anything serves does");
    atomic_store(&page.served, 1);
    is_as(INJECT_BYSTANDER, "then it has to show it");
    is_int(inject_as(true, again), INJECT_BYSTANDER, "as what a process turns into");
    atomic_store(&page.first, getpid());
    is_int(inject_as(true, again), INJECT_MEMBER, "what the server itself turns into belongs");
    is_as(INJECT_BYSTANDER, "not what it runs beside");
    atomic_store(&page.first, 0);
    fdtab_set(fd, FD_LISTENER);
    is_as(INJECT_BYSTANDER, "nor with a listener that is closed by exec");
    fcntl(fd, F_SETFD, 0);
    is_as(INJECT_MEMBER, "what inherits a listener does");
    fdtab_set(fd, FD_NONE);
    close(fd);
    test_commands();
    test_places();
    test_clients();
}

int main(void)
{
    memory_owner = getpid();
    test_inject();
    test_take();
    test_take_preload();
    test_daemons();
    test_who_belongs();
    return done();
}
