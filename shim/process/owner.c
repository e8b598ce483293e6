/* SPDX-License-Identifier: ISC */
#include "process/owner.h"

#include <unistd.h>

pid_t owner_pid;

bool owner_is_borrower(void)
{
    return getpid() != owner_pid;
}
