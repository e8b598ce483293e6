/* SPDX-License-Identifier: ISC */
/*
 * Listeners that live for a moment: an FTP server opens one for each transfer.  To hand such a one
 * over costs more than all it does, and it is closed again by the time that somebody could want it.
 * So where others at the address were closed at once, the next one is the process's own, as
 * without us, until it has got a second connection.
 */
#ifndef GRACE_LISTENER_TRANSIENT_H
#define GRACE_LISTENER_TRANSIENT_H

#include <stdbool.h>

#include "protocol/address.h"

/* A listener of this index begins; it was closed. */
void transient_begin(int index);
void transient_end(int index);

/* fd, bound with this key, has begun to listen: it is one, and is marked as such. */
bool transient_expected(int fd, const struct address *a, uint64_t key);

/* accept() has worked on such a one. True: it is none after all, nor will be the next. */
bool transient_refuted(int fd);

#endif
