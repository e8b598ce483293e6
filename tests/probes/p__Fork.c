/* SPDX-License-Identifier: ISC */
#include <pthread.h>
#include <unistd.h>

#include "forking.h"
#include "probe.h"

static void tell(void)
{
    say("a fork handler ran");
}

PROBE(_Fork)
{
    pthread_atfork(tell, NULL, tell);
    forking_probe(_Fork);
    say("fork");
    forking_probe(fork);
}
