/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "copying.h"
#include "probe.h"

static bool answers(int fd)
{
    struct stat64 status;

    return fstat64(fd, &status) == 0 || errno != EBADF;
}

PROBE(fstat64)
{
    struct stat64 status = {0};
    int pipes[2];

    TRY(fstat64(-1, &status));
    TRY(fstat64(77, &status));
    if (pipe(pipes) == 0) {
        TRY(fstat64(pipes[0], &status));
        say("mode %o", status.st_mode);
        TRY(fstat64(pipes[0], NULL));
    }
    copying_open_probe(answers);
}
