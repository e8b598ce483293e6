/* SPDX-License-Identifier: ISC */
#include "truncating.h"

#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "probe.h"

static void make_file(void)
{
    int fd = open("file", O_CREAT | O_TRUNC | O_WRONLY, 0600);

    TRY_AS("written", write(fd, "0123456789", 10));
    close(fd);
}

static void show_size(void)
{
    struct stat st;

    say("size: %d", stat("file", &st) == 0 ? (int)st.st_size : -1);
}

void truncating_probe(int (*call)(const char *path, off_t size))
{
    static const off_t sizes[] = {20, 5, 0, -1};

    make_file();
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        TRY_AS("size", call("file", sizes[i]));
        show_size();
    }
    mkdir("directory", 0700);
    TRY_AS("directory", call("directory", 0));
    TRY_AS("gone", call("missing", 0));
    TRY_AS("empty", call("", 0));
    show_fds();
}

static int (*call_open)(int fd, off_t size);

static int by_path(const char *path, off_t size)
{
    int fd = open(path, O_WRONLY), r;

    if (fd < 0)
        return -1;
    r = call_open(fd, size);
    close(fd);
    return r;
}

void truncating_open_probe(int (*call)(int fd, off_t size))
{
    int fd;

    call_open = call;
    truncating_probe(by_path);
    make_file();
    fd = open("file", O_RDONLY);
    TRY_AS("to be read", call(fd, 0));
    show_size();
    close(fd);
    TRY_AS("closed", call(fd, 0));
    TRY_AS("none", call(-1, 0));
    show_fds();
}
