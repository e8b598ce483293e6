/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <unistd.h>

#include "data_ways.h"
#include "probe.h"
#include "writing.h"

PROBE(send)
{
    TRY(send(STDOUT_FILENO, NULL, 0, 0));
    writing_probe(send, DATA_HAS_FLAGS | DATA_CANCELS);
}
