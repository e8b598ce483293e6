/* SPDX-License-Identifier: ISC */
/*
 * Which listeners are registered in which epoll, with the data to register them again.
 *
 * An epoll watches the open file, not the number: as long as any copy of a listener lives (the
 * supervisor's always does) it goes on reporting it after the number was closed or replaced, and
 * then nothing can remove it any more.  So it is removed first, always.
 */
#ifndef GRACE_PROCESS_EPOLLS_H
#define GRACE_PROCESS_EPOLLS_H

#include <sys/epoll.h>
#include <stdbool.h>

/* Where a listener is reported its second queue (queues.h) is, too, with the same data. */

/* The server's epoll_ctl(epfd, op, fd, event) on a listener succeeded, or, silently, with no event
 * to report in the place of its own. */
void epolls_note(int epfd, int op, int fd, const struct epoll_event *event, bool silently);

/* Removes fd from every epoll it is in; attach registers what now has the number again, as the
 * server has asked for it. */
void epolls_detach(int fd);
void epolls_attach(int fd);

/* The second queue of fd goes from every epoll that it is in. */
void epolls_leave_queue(int fd);

/* This process waits in epfd: what its parent has registered there stays in it when the parent
 * closes its listener, as one does that forks to go to the background. Keeps errno. */
void epolls_inherit(int epfd);

/* The server closes fd, a listener of this index, or -1: as the kernel does for a last close, but
 * only for what this process registered itself (a fork child's close does not end its parent's
 * registration), and only as long as no other one has it from it. Keeps errno. */
void epolls_close(int fd, int index);

/* What the server has asked for: fd in epfd, or which listener an event of epfd is about (by its
 * data). False, -1: that is in no table. */
bool epolls_find(int epfd, int fd, struct epoll_event *wanted);
int epolls_reported(int epfd, const struct epoll_event *event);

/* An event of it was not passed on: with EPOLLONESHOT it was the last one. */
void epolls_rearm(int epfd, int fd);

/* Who waits with EPOLLEXCLUSIVE is told again of listeners that are readable: one alone is woken,
 * and it may have been somebody who accepts no more. The caller has the listener lock. */
void epolls_renew(void);

/* Calls visit(fd) for each number registered in epfd. */
void epolls_each(int epfd, void (*visit)(int fd));

#endif
