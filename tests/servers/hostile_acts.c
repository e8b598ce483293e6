/* SPDX-License-Identifier: ISC */
/* The acts by name, and those that need no page. */
#include "hostile.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* libc's own names, which nobody interposes */
int __close(int fd);
int __fcntl(int fd, int cmd, ...);

/* In one write: what others say into the same log must not stand in between. */
int act_ok(int client, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    dprintf(client, "ok %s\n", text);
    return 0;
}

int act_failed(int client, const char *what)
{
    dprintf(client, "failed: %s: %s\n", what, strerror(errno));
    return 0;
}

long long act_number(const char *word)
{
    if (word == NULL)
        return 0;
    return word[0] == '-' ? strtoll(word, NULL, 0) : (long long)strtoull(word, NULL, 0);
}

int hostile_close(int fd)
{
    return __close(fd);
}

int hostile_make_blocking(int fd)
{
    int flags = __fcntl(fd, F_GETFL);

    return flags == -1 ? -1 : __fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

/* The first descriptor whose link begins like this and that `fits`. */
static int find(const char *begins, bool (*fits)(int fd))
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    char target[256];
    int found = -1;

    while (dir != NULL && found == -1 && (entry = readdir(dir)) != NULL) {
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = '\0';
        if (strncmp(target, begins, strlen(begins)) == 0 && (!fits || fits(atoi(entry->d_name))))
            found = atoi(entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
    return found;
}

static bool is_control(int fd)
{
    struct sockaddr_un name;
    int type = 0;
    socklen_t len = sizeof(type), name_len = sizeof(name);

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET &&
           getsockname(fd, (struct sockaddr *)&name, &name_len) == 0 &&
           name_len == sizeof(sa_family_t);
}

int hostile_memory(void)
{
    return find("/memfd:grace:", NULL);
}

int hostile_bell(void)
{
    return find("anon_inode:[eventfd]", NULL);
}

int hostile_control(void)
{
    return find("socket:", is_control);
}

struct page *hostile_page(void)
{
    static struct page *page;

    if (page == NULL)
        page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, hostile_memory(), 0);
    if (page == MAP_FAILED)
        page = NULL;
    return page;
}

static int act_ping(int client, char *const words[])
{
    (void)words;
    return act_ok(client, "pid %d uid %d main %d", (int)getpid(), (int)getuid(), (int)getppid());
}

static int act_help(int client, char *const words[])
{
    (void)words;
    for (const struct act *act = acts; act->name != NULL; act++)
        dprintf(client, "%s %s\n", act->name, act->words);
    return act_ok(client, "help");
}

static int act_truncate(int client, char *const words[])
{
    if (ftruncate(hostile_memory(), (off_t)act_number(words[1])) == -1)
        return act_failed(client, "ftruncate");
    return act_ok(client, "truncated");
}

static int act_bell_blocking(int client, char *const words[])
{
    (void)words;
    if (hostile_make_blocking(hostile_bell()) == -1)
        return act_failed(client, "fcntl");
    return act_ok(client, "blocking");
}

static int act_ring(int client, char *const words[])
{
    uint64_t one = 1;

    (void)words;
    if (write(hostile_bell(), &one, sizeof(one)) == -1 && errno != EAGAIN) /* full: it rings */
        return act_failed(client, "write");
    return act_ok(client, "rung");
}

static int act_close_control(int client, char *const words[])
{
    (void)words;
    if (hostile_close(hostile_control()) == -1)
        return act_failed(client, "close");
    return act_ok(client, "closed");
}

static _Noreturn void child_run(int client, int ready, bool zombie)
{
    if (zombie)
        _exit(0);
    close(client);
    close(ready);
    for (;;)
        pause();
}

/* A child that has nothing to do with clients, or ends at once and stays a zombie. */
static int act_fork(int client, char *const words[])
{
    bool zombie = words[1] != NULL && strcmp(words[1], "zombie") == 0;
    int ready[2];
    char none;

    if (pipe2(ready, O_CLOEXEC) == -1)
        return act_failed(client, "pipe2");
    pid_t pid = fork();

    if (pid == 0)
        child_run(client, ready[1], zombie);
    close(ready[1]);
    if (pid != -1 && read(ready[0], &none, 1) == -1)
        pid = -1;
    close(ready[0]);
    if (pid == -1)
        return act_failed(client, "fork");
    return act_ok(client, "%d", (int)pid);
}

static int act_kill(int client, char *const words[])
{
    if (words[1] == NULL || words[2] == NULL)
        errno = EINVAL;
    else if (kill((pid_t)act_number(words[1]), (int)act_number(words[2])) == 0)
        return act_ok(client, "killed");
    return act_failed(client, "kill");
}

static int act_exit(int client, char *const words[])
{
    act_ok(client, "exit");
    _exit((int)act_number(words[1]));
}

const struct act acts[] = {
    {"ping", "", act_ping},
    {"help", "", act_help},
    {"slot", "PID [INDEX]: this process is in a slot of the page", act_slot},
    {"slot-field", "INDEX|all FIELD VALUE", act_slot_field},
    {"field", "NAME VALUE: of the page", act_field},
    {"entry", "INDEX|all FIELD VALUE: of a listener", act_entry},
    {"swap-keys", "INDEX INDEX: of two listeners", act_swap_keys},
    {"refusal", "DEVICE INODE PID: it was refused this file's lock, and sleeps for it",
     act_refusal},
    {"get", "NAME | entry INDEX FIELD | slot-field INDEX FIELD", act_get},
    {"ages-stuck", "who reads when its connections came waits for ever", act_ages_stuck},
    {"scribble", "SEED ROUNDS: random bytes over the page", act_scribble},
    {"truncate", "SIZE: of the page", act_truncate},
    {"ring", "the doorbell", act_ring},
    {"bell-blocking", "clears O_NONBLOCK of the doorbell", act_bell_blocking},
    {"fill-bell", "to its last bit", act_fill_bell},
    {"flood-bell", "a child that rings it for ever, blocking and full", act_flood_bell},
    {"note", "TEXT [PID]: a line for the log, with \\\\n, \\\\e and \\\\_", act_note},
    {"flood-notes", "a child that sends them for ever", act_flood_notes},
    {"give", "INDEX [tcp|listener]: this connection, or another socket, as untouched", act_give},
    {"send-fds", "TYPE COUNT TIMES [FILE]: messages with so many descriptors", act_send_fds},
    {"send-bytes", "COUNT: a message of this size", act_send_bytes},
    {"heard", "waits until all that was sent has been read", act_heard},
    {"adopt-full", "TIMES: asks for a listener, with a full socket for the answer", act_adopt_full},
    {"squat", "COUNT: sends listeners of its own for the entries from 1 on", act_squat},
    {"close-control", "this process can send no message any more", act_close_control},
    {"fork", "[zombie]: a child that stays", act_fork},
    {"kill", "PID SIGNAL", act_kill},
    {"exit", "[STATUS]", act_exit},
    {NULL, NULL, NULL},
};
