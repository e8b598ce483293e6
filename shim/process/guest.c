/* SPDX-License-Identifier: ISC */
#include "process/guest.h"

#include <unistd.h>

pid_t memory_owner;

bool guest_by_pid(void)
{
    return getpid() != memory_owner;
}
