/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

static FILE *open_text(char **text)
{
    size_t len;
    FILE *out = open_memstream(text, &len);
    if (out == NULL)
        err(1, "open_memstream");
    return out;
}

static void print_fd(FILE *out, const char *name)
{
    char link[300], target[300];

    snprintf(link, sizeof(link), "/proc/self/fd/%s", name);
    ssize_t len = readlink(link, target, sizeof(target) - 1);
    if (len == -1)
        return;
    target[len] = '\0';
    fprintf(out, "%s %s\n", name, target);
}

/* One "NUMBER TARGET" line each, without the one that reads the directory. */
char *inspect_fds(void)
{
    char *text;
    FILE *out = open_text(&text);
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;

    if (dir == NULL)
        err(1, "/proc/self/fd");
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir))
            print_fd(out, entry->d_name);
    closedir(dir);
    fclose(out);
    return text;
}

char *inspect_env(void)
{
    char *text;
    FILE *out = open_text(&text);
    for (char **entry = environ; *entry != NULL; entry++)
        fprintf(out, "%s\n", *entry);
    fclose(out);
    return text;
}

char *inspect_pid(void)
{
    char *text;
    FILE *out = open_text(&text);
    fprintf(out, "pid %d main %d parent %d\n", (int)getpid(), (int)main_pid, (int)getppid());
    fclose(out);
    return text;
}
