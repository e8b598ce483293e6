/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <unistd.h>

#include "probe.h"
#include "unlinking.h"

static int from_directory = AT_FDCWD, to_directory = AT_FDCWD;

static int call(const char *from, const char *to)
{
    return linkat(from_directory, from, to_directory, to, 0);
}

PROBE(linkat)
{
    linking_probe(call);
    to_directory = from_directory = open(".", O_RDONLY | O_DIRECTORY);
    linking_probe(call);
    TRY(symlink("file", "symbolic"));
    TRY(linkat(AT_FDCWD, "symbolic", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW));
    TRY(linkat(AT_FDCWD, "symbolic", AT_FDCWD, "unfollowed", 0));
    TRY(linkat(AT_FDCWD, "file", AT_FDCWD, "other", AT_REMOVEDIR));
    TRY(linkat(77, "file", AT_FDCWD, "other", 0));
    TRY(linkat(AT_FDCWD, "file", 77, "other", 0));
    show_directory();
}
