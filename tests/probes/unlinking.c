/* SPDX-License-Identifier: ISC */
#include "unlinking.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

void show_directory(void)
{
    struct dirent **entries;
    char line[256] = "";
    int n = scandir(".", &entries, visible, alphasort);

    for (int i = 0, used = 0; i < n; i++) {
        used += snprintf(line + used, sizeof line - (size_t)used, " %s", entries[i]->d_name);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    say("directory:%s", line);
}

static void make_file(const char *path)
{
    close(open(path, O_CREAT | O_WRONLY, 0600));
}

static int serve(const char *path, int type)
{
    int fd = unix_listener(path, type);

    show_served(path, fd);
    return fd;
}

/* At start: away with what an earlier run has left, then bind. At the end: away with it again. */
static void life(int (*call)(const char *path), int type)
{
    int fd;

    close(unix_listener("socket", type));
    TRY_AS("left behind", call("socket"));
    TRY_AS("gone", call("socket"));
    fd = serve("socket", type);
    TRY_AS("served", call("socket"));
    show_directory();
    TRY_AS("gone", call("socket"));
    close(fd);
    fd = serve("socket", type);
    close(fd);
    TRY_AS("no longer served", call("./socket"));
    show_directory();
}

/* A newer socket takes the path while the older one still serves. */
static void replaced(int (*call)(const char *path))
{
    int older = serve("socket", SOCK_STREAM), newer;

    TRY_AS("in use", call("socket"));
    newer = serve("socket", SOCK_STREAM);
    close(older);
    show_served("newer", newer);
    TRY_AS("the newer", call("socket"));
    show_directory();
    close(newer);
}

void unlinking_probe(int (*call)(const char *path))
{
    make_file("file");
    TRY_AS("file", call("file"));
    TRY_AS("gone", call("file"));
    TRY_AS("no directory", call("missing/file"));
    TRY_AS("empty", call(""));
    make_file("file");
    TRY_AS("not a directory", call("file/file"));
    life(call, SOCK_STREAM);
    life(call, SOCK_SEQPACKET);
    replaced(call);
    show_fds();
}

/* Bound under a temporary name and put in place, as some do to have no gap. */
static void in_place(int (*call)(const char *from, const char *to))
{
    int older = serve("socket", SOCK_STREAM), newer = serve("temporary", SOCK_STREAM);

    TRY_AS("over the older", call("temporary", "socket"));
    show_directory();
    close(older);
    show_served_at("socket", newer);
    TRY_AS("away", call("socket", "away"));
    show_directory();
    show_served_at("away", newer);
    show_served_at("socket", newer);
    close(newer);
    newer = serve("socket", SOCK_STREAM);
    show_served_at("socket", newer);
    show_directory();
    close(newer);
    TRY(unlink("socket"));
    TRY(unlink("away"));
}

void renaming_probe(int (*call)(const char *from, const char *to))
{
    make_file("file");
    mkdir("directory", 0700);
    TRY_AS("file", call("file", "other"));
    TRY_AS("gone", call("file", "other"));
    TRY_AS("onto a directory", call("other", "directory"));
    TRY_AS("into a directory", call("other", "directory/file"));
    TRY_AS("no directory", call("directory/file", "missing/file"));
    TRY_AS("empty", call("", "file"));
    show_directory();
    in_place(call);
    show_fds();
}

static int bound_to(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    TRY(bind_unix(fd, path));
    return fd;
}

/* Only one gets the name; the other one goes when that is in place. */
static void linked_in_place(int (*call)(const char *from, const char *to))
{
    int older = bound_to("first"), newer = bound_to("second");

    TRY_AS("in place", call("first", "socket"));
    TRY(unlink("first"));
    TRY(listen(older, 8));
    show_served_at("socket", older);
    TRY_AS("over the older", call("second", "socket"));
    TRY(unlink("socket"));
    TRY_AS("when that is gone", call("second", "socket"));
    TRY(listen(newer, 8));
    show_served_at("socket", newer);
    TRY_AS("while it listens", call("socket", "away"));
    TRY(unlink("socket"));
    show_served_at("away", newer);
    close(older);
    close(newer);
    show_directory();
    TRY(unlink("second"));
    TRY(unlink("away"));
}

void linking_probe(int (*call)(const char *from, const char *to))
{
    make_file("file");
    mkdir("directory", 0700);
    TRY_AS("file", call("file", "other"));
    TRY_AS("there", call("file", "other"));
    TRY_AS("gone", call("missing", "another"));
    TRY_AS("a directory", call("directory", "another"));
    TRY_AS("into a directory", call("other", "directory/file"));
    TRY_AS("no directory", call("directory/file", "missing/file"));
    TRY_AS("empty", call("", "another"));
    show_directory();
    linked_in_place(call);
    TRY(unlink("directory/file"));
    TRY(unlink("other"));
    show_fds();
}
