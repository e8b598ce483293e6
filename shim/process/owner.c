/* SPDX-License-Identifier: ISC */
#include "process/owner.h"

#include <unistd.h>

static pid_t owner;

void owner_note(void)
{
    owner = getpid();
}

pid_t owner_pid(void)
{
    return owner;
}

bool owner_is_borrower(void)
{
    return getpid() != owner;
}
