/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "copying.h"
#include "probe.h"

static bool answers(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 || errno != EBADF;
}

PROBE(fstat)
{
    struct stat status = {0};
    int pipes[2];

    TRY(fstat(-1, &status));
    TRY(fstat(77, &status));
    if (pipe(pipes) == 0) {
        TRY(fstat(pipes[0], &status));
        say("mode %o", status.st_mode);
        TRY(fstat(pipes[0], NULL));
    }
    copying_open_probe(answers);
}
