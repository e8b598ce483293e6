/* SPDX-License-Identifier: ISC */
/*
 * This process stops accepting: every listener becomes a placeholder, threads in accept() are made
 * to notice.  Runs in the handler of the reserved signal; async-signal-safe throughout.
 */
#ifndef GRACE_LISTENER_DRAIN_H
#define GRACE_LISTENER_DRAIN_H

/* Does what the state page asks for. Repeated, it kicks threads again and looks for
 * connections whose close nobody saw. Keeps errno. */
void drain_run(void);

#endif
