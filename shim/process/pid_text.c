/* SPDX-License-Identifier: ISC */
#include "process/pid_text.h"

#include <sys/resource.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "protocol/decimal.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
}

static struct pid_text parse(const char *text, size_t n)
{
    struct pid_text t = {.empty = n == 0};
    size_t i = 0, digits;

    while (i < n && is_space(text[i]))
        i++;
    t.padded = i > 0;
    digits = i;
    t.pid = decimal_pid(text + i, n - i);
    while (i < n && text[i] >= '0' && text[i] <= '9')
        i++;
    if (i == digits || n >= PID_TEXT_SIZE)
        t.pid = 0;
    for (; i < n; i++)
        if (!is_space(text[i]))
            t.pid = 0;
    return t;
}

/* The same file, opened anew; a descriptor that writes need not read. */
static int open_again(int fd, int flags)
{
    char path[32] = "/proc/self/fd/";

    decimal_put(path + strlen(path), (unsigned)fd);
    return open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static ssize_t read_text(int fd, char text[PID_TEXT_SIZE])
{
    ssize_t n = pread(fd, text, PID_TEXT_SIZE, 0);
    int again = n < 0 ? open_again(fd, O_RDONLY) : -1;

    if (again >= 0) {
        n = pread(again, text, PID_TEXT_SIZE, 0);
        real.close(again);
    }
    return n;
}

struct pid_text pid_text_read(int fd)
{
    char text[PID_TEXT_SIZE];
    ssize_t n = read_text(fd, text);

    return n < 0 ? (struct pid_text){0} : parse(text, (size_t)n);
}

/* Beyond the limit SIGXFSZ would end the server for a write of ours. */
static bool may_write(size_t size)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= size;
}

static bool put_text(int fd, const char *text, size_t n)
{
    return pwrite(fd, text, n, 0) == (ssize_t)n && real.ftruncate(fd, (off_t)n) == 0;
}

bool pid_text_write(int fd, pid_t pid)
{
    char had[PID_TEXT_SIZE], text[2 * PID_TEXT_SIZE], *end = decimal_put(text, (unsigned)pid);
    ssize_t n = may_write(sizeof text) ? read_text(fd, had) : -1, after = 0;
    bool done = false;
    int again;

    if (n < 0 || n == PID_TEXT_SIZE)
        return false;
    while (after < n && (had[after] == ' ' || had[after] == '\t'))
        after++;
    while (after < n && had[after] >= '0' && had[after] <= '9')
        after++;
    while (after < n)
        *end++ = had[after++];
    if (n == 0)
        *end++ = '\n';
    if (put_text(fd, text, (size_t)(end - text)))
        return true;
    again = open_again(fd, O_WRONLY);
    if (again >= 0) {
        done = put_text(again, text, (size_t)(end - text));
        real.close(again);
    }
    return done;
}
