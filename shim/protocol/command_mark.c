/* SPDX-License-Identifier: ISC */
#include "protocol/command_mark.h"

const char grace_command_mark = 1;
