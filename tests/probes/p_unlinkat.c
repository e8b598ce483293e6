/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "probe.h"
#include "unlinking.h"

static int directory = AT_FDCWD;

static int call(const char *path)
{
    return unlinkat(directory, path, 0);
}

PROBE(unlinkat)
{
    unlinking_probe(call);
    directory = open(".", O_RDONLY | O_DIRECTORY);
    unlinking_probe(call);
    TRY(unlinkat(77, "file", 0));
    TRY(unlinkat(-1, "file", 0));
    TRY(unlinkat(STDIN_FILENO, "file", 0));
    TRY(mkdir("directory", 0700));
    TRY(unlinkat(directory, "directory", 0));
    TRY(unlinkat(directory, "directory", AT_REMOVEDIR));
    TRY(unlinkat(directory, "directory", 0x100));
}
