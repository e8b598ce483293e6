/* SPDX-License-Identifier: ISC */
#include <sys/sendfile.h>

#include "probe.h"
#include "sending_files.h"

PROBE(sendfile64)
{
    sending_files_probe(sendfile64);
}
