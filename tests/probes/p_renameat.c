/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "probe.h"
#include "unlinking.h"

static int from_directory = AT_FDCWD, to_directory = AT_FDCWD;

static int call(const char *from, const char *to)
{
    return renameat(from_directory, from, to_directory, to);
}

PROBE(renameat)
{
    renaming_probe(call);
    to_directory = from_directory = open(".", O_RDONLY | O_DIRECTORY);
    TRY(unlink("directory/file"));
    renaming_probe(call);
    TRY(renameat(77, "file", AT_FDCWD, "other"));
    TRY(renameat(AT_FDCWD, "directory/file", 77, "other"));
}
