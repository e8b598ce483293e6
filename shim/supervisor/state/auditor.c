/* SPDX-License-Identifier: ISC */
#include "supervisor/state/auditor.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/envp.h"
#include "protocol/preload_list.h"
#include "supervisor/kernel/executable.h"

#define AUDIT_LIST "LD_AUDIT"

/* Each of them ends in a null byte. The command's path is where the server's argv[0] stands now. */
static int put_arguments(const struct command *c, char **argv)
{
    int memory = memfd_create("grace-arguments", 0);
    int fd = memory < 0 ? -1 : fcntl(memory, F_DUPFD, STDERR_FILENO + 1);

    if (memory >= 0)
        close(memory);
    for (; *argv && fd >= 0; argv++) {
        const char *text = argv == c->argv ? c->path : *argv;

        if (write(fd, text, strlen(text) + 1) != (ssize_t)strlen(text) + 1) {
            close(fd);
            return -1;
        }
    }
    return fd;
}

/* With SELinux a change of the domain makes the loader deaf to LD_AUDIT, and the server would run
 * in our place, with all signals blocked. */
static bool can_become(const struct command *c, const char *path)
{
    return !getenv(AUDIT_LIST) && !strchr(c->library, ':') &&
           access("/sys/fs/selinux/enforce", F_OK) < 0 &&
           executable_is_loaded_by(path, GRACE_INTERPRETER);
}

void auditor_become(const struct command *c, char **argv)
{
    char path[PATH_MAX], number[16];
    int fd;

    if (!executable_find(c->path, path, sizeof path) || !can_become(c, path) ||
        (fd = put_arguments(c, argv)) < 0)
        return;
    snprintf(number, sizeof number, "%d", fd);
    if (setenv(AUDITOR_VARIABLE, number, 1) == 0 && setenv(AUDIT_LIST, c->library, 1) == 0)
        execv(path, c->argv);
    unsetenv(AUDIT_LIST);
    unsetenv(AUDITOR_VARIABLE);
    close(fd);
}

/* They stay where they are mapped. */
static char **split(char *text, size_t size)
{
    char **argv = calloc(size + 1, sizeof *argv);
    size_t n = 0;

    for (char *end = text + size; argv && text < end; text += strlen(text) + 1)
        argv[n++] = text;
    return argv;
}

char **auditor_arguments(void)
{
    const char *number = envp_take(AUDITOR_VARIABLE);
    int fd = number ? atoi(number) : -1;
    struct stat st;
    char **argv = NULL;
    char *text;

    if (!number)
        return NULL;
    envp_take(AUDIT_LIST);
    if (fstat(fd, &st) < 0 || st.st_size < 1)
        return NULL;
    text = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (text != MAP_FAILED && text[st.st_size - 1] == '\0')
        argv = split(text, (size_t)st.st_size);
    close(fd);
    return argv;
}
