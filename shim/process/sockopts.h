/* SPDX-License-Identifier: ISC */
/*
 * Options that the server sets between socket() and bind().  They live in the fresh socket and
 * would be lost when the adopted one takes its number, so they are recorded and replayed.
 */
#ifndef GRACE_PROCESS_SOCKOPTS_H
#define GRACE_PROCESS_SOCKOPTS_H

#include <sys/socket.h>

/* A socket was just created on this number: earlier records of the number are void. */
void sockopts_begin(int fd);

/* The kernel has accepted this option. Values over 32 bytes are not kept. */
void sockopts_record(int fd, int level, int name, const void *value, socklen_t len);

/* Sets what was recorded for fd on `onto`, in the same order. What the kernel refuses on a
 * socket that is bound already (IPV6_V6ONLY) was part of its identity. Keeps errno. */
void sockopts_replay(int fd, int onto);

#endif
