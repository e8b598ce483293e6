/* SPDX-License-Identifier: ISC */
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe.h"
#include "sending_files.h"

static ssize_t number(int to, int from, off_t *offset, size_t n)
{
    return syscall(SYS_sendfile, to, from, offset, n);
}

PROBE(sendfile)
{
    sending_files_probe(sendfile);
    say("by number");
    sending_files_probe(number);
}
