/* SPDX-License-Identifier: ISC */
/*
 * Where the hooks of read(), write() and the like jump: `data_path.read(fd, buffer, n)`.
 *
 * As long as nobody looks at data these are libc's functions, and the hook is one indirect jump: no
 * load of a flag, no branch, no frame, and nothing of cancellation or errno is touched.  Who looks
 * (stream/observe) stores functions of its own here, also from a signal handler: each pointer is
 * whole at any moment, and a call that is under way goes on where it is.
 */
#ifndef GRACE_LIBC_DATA_PATH_H
#define GRACE_LIBC_DATA_PATH_H

#include <sys/sendfile.h>
#include <sys/uio.h>

#include "libc/real.h"

struct data_path {
#define CALL(result, name, parameters, arguments)
#define DATA_CALL(result, name, parameters, arguments) result(*name) parameters;
#include "libc/calls.h"
#undef CALL
};

extern struct data_path data_path HIDDEN;

/* To these functions; to libc's, when those are known. Async-signal-safe. */
void data_path_divert(const struct data_path *to);
void data_path_forward(void);

#endif
