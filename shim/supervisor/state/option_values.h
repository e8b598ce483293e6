/* SPDX-License-Identifier: ISC */
/* The variables by name: what each of them may be, and what of the options it sets. */
#ifndef GRACE_SUPERVISOR_STATE_OPTION_VALUES_H
#define GRACE_SUPERVISOR_STATE_OPTION_VALUES_H

#include "supervisor/state/options.h"

/* Takes "NAME=value". False after one line on standard error: it can't be that. */
bool option_values_set(struct options *o, const char *entry);

#endif
