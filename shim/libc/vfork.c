/* SPDX-License-Identifier: ISC */
#include "libc/vfork.h"

#include <unistd.h>

pid_t (*vfork_target)(void) = fork;
bool vfork_called;
