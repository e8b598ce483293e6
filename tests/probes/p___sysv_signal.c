/* SPDX-License-Identifier: ISC */
#include "handling.h"
#include "probe.h"

sighandler_t __sysv_signal(int sig, sighandler_t handler);

PROBE(__sysv_signal)
{
    handling_probe(__sysv_signal);
    handling_error_probe(__sysv_signal);
}
