/* SPDX-License-Identifier: ISC */
#include "opening.h"

#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "probe.h"

static void opened(const char *how, int fd)
{
    struct stat st = {0};

    say("%s: %d, size %lld, mode %o", how, fd >= 0 && fstat(fd, &st) == 0, (long long)st.st_size,
        st.st_mode & 07777);
    close(fd);
}

void opening_probe(opening_call *call)
{
    int fd;

    unlink("file");
    TRY(call("file", O_RDONLY, 0));
    fd = call("file", O_CREAT | O_EXCL | O_WRONLY, 0640);
    if (fd >= 0 && write(fd, "1234\n", 5) != 5)
        say("not written");
    opened("created", fd);
    TRY(call("file", O_CREAT | O_EXCL | O_WRONLY, 0600));
    opened("there", call("file", O_CREAT | O_RDWR, 0600));
    opened("emptied", call("file", O_RDWR | O_TRUNC, 0));
    TRY(call("file/below", O_RDONLY, 0));
    TRY(call(".", O_RDWR | O_TRUNC, 0));
    TRY(call("", O_CREAT | O_EXCL | O_RDWR, 0600));
    unlink("file");
}
