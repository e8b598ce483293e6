/* SPDX-License-Identifier: ISC */
/*
 * What supervisor and processes tell each other by a signal.  The supervisor sends
 * RESERVED_SIGNAL when it has changed what the state page asks of a process; its handler then looks
 * (entry/signal_handler.h).  A thread sends it to another one of its process that sits in a call,
 * so that the call looks again which socket it is for.
 *
 * The other signal of ours, the one that asks for a restart, is the user's choice and stands in the
 * handoff.  Where that is SIGHUP it may also tell that the terminal is gone, which is for the
 * server: the supervisor passes it on with a value that only such a signal has.
 */
#ifndef GRACE_PROTOCOL_SIGNALS_H
#define GRACE_PROTOCOL_SIGNALS_H

enum {
    RESERVED_SIGNAL = 57,        /* SIGRTMAX-7: java uses SIGRTMAX-2, libc 32 and 33 */
    SIGNALS_HANGUP = 0x67726163, /* value of a queued SIGHUP: the terminal is gone */
};

#endif
