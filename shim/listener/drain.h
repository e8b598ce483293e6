/* SPDX-License-Identifier: ISC */
/*
 * This process stops accepting: in the handler of the reserved signal (entry/signal_handler), or
 * when it is new in a generation that drains.  Each listener is taken out of its epolls, a
 * placeholder put on its number, and that into the epolls (replace.h); threads in accept() and in
 * waits are made to notice (process/waiters.h).  Then slot.drained says so, and the bell rings.
 * Connections go on; the last close rings again (process/connections.h).
 */
#ifndef GRACE_LISTENER_DRAIN_H
#define GRACE_LISTENER_DRAIN_H

/* Does what the state page asks for. Repeated, it kicks threads again and looks for
 * connections whose close nobody saw. Keeps errno. */
void drain_run(void);

#endif
