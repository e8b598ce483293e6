/* SPDX-License-Identifier: ISC */
#include "process/interruptions.h"

_Thread_local volatile unsigned interruptions_seen;
