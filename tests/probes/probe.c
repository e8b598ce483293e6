/* SPDX-License-Identifier: ISC */
#include "probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Made by the linker where there are any. */
extern const struct probe *const __start_probes[] __attribute__((weak));
extern const struct probe *const __stop_probes[] __attribute__((weak));

bool probe_early;

void say(const char *format, ...)
{
    char line[512];
    va_list list;
    int n;

    va_start(list, format);
    n = vsnprintf(line, sizeof line - 1, format, list);
    va_end(list);
    if (n > (int)sizeof line - 2)
        n = (int)sizeof line - 2;
    line[n++] = '\n';
    if (write(STDOUT_FILENO, line, (size_t)n) != n)
        _exit(99);
}

const char *error_name(int error)
{
    const char *name = strerrorname_np(error);

    return name ? name : "unknown";
}

void say_result(const char *what, long result, int error)
{
    if (result == -1 || error != PROBE_ERRNO)
        say("%s = %ld %s", what, result, error == PROBE_ERRNO ? "" : error_name(error));
    else
        say("%s = %ld", what, result);
}

void say_any(const char *what, long result, int error)
{
    say("%s = %s%s%s", what,
        result == 0    ? "none"
        : result == -1 ? "-1"
                       : "some",
        error == PROBE_ERRNO ? "" : " ", error == PROBE_ERRNO ? "" : error_name(error));
}

bool is_open(int fd)
{
    char path[32];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The kernel's word, not that of a call that may be interposed. */
void show_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    char line[400] = "fds:";
    size_t used = strlen(line);

    while (dir && (entry = readdir(dir))) {
        int fd = atoi(entry->d_name);

        if (entry->d_name[0] == '.' || fd == dirfd(dir) || fd >= OWN_FROM || used > 380)
            continue;
        used += (size_t)snprintf(line + used, sizeof line - used, " %d%s", fd,
                                 fcntl(fd, F_GETFD) & FD_CLOEXEC ? "*" : "");
    }
    if (dir)
        closedir(dir);
    say("%s", line);
}

void show_flags(int fd)
{
    int cloexec = fcntl(fd, F_GETFD), flags = fcntl(fd, F_GETFL);

    if (cloexec < 0 || flags < 0)
        say("flags of %d: %s", fd, error_name(errno));
    else
        say("flags of %d:%s%s", fd, cloexec & FD_CLOEXEC ? " cloexec" : "",
            flags & O_NONBLOCK ? " nonblock" : "");
}

static const struct probe *find(const char *name)
{
    for (const struct probe *const *p = __start_probes; p < __stop_probes; p++)
        if (strcmp((*p)->name, name) == 0)
            return *p;
    return NULL;
}

int probe_run(const char *name)
{
    const struct probe *probe = find(name);

    if (!probe) {
        say("there is no probe %s", name);
        return 2;
    }
    probe->run();
    return 0;
}

static const char *in_handler;
static int handler_status;

static void handler(int sig)
{
    (void)sig;
    handler_status = probe_run(in_handler);
}

/* A handler that blocks nothing, so that the mask is the same as in main(). */
static int run_in_handler(const char *name)
{
    struct sigaction act = {.sa_handler = handler, .sa_flags = SA_NODEFER};

    in_handler = name;
    sigaction(SIGPROF, &act, NULL);
    raise(SIGPROF);
    return handler_status;
}

static int list(void)
{
    for (const struct probe *const *p = __start_probes; p < __stop_probes; p++)
        say("%s", (*p)->name);
    return 0;
}

int probe_main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list();
    if (argc == 3 && strcmp(argv[1], "--handler") == 0)
        return run_in_handler(argv[2]);
    return argc == 2 ? probe_run(argv[1]) : 0;
}
