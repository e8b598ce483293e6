/* SPDX-License-Identifier: ISC */
/*
 * What happens when one of our two signals (process/own_signals) arrives: the restart signal is
 * told to the supervisor, the reserved one lets this process do what the page says: drain, resume.
 * A hang-up of the terminal goes to the server.
 */
#ifndef GRACE_ENTRY_SIGNAL_HANDLER_H
#define GRACE_ENTRY_SIGNAL_HANDLER_H

/* Installs our handler and unblocks both signals in the calling thread. */
void signal_handler_install(void);

/* Before exec of a program without the shim: hands the kernel what the server believes; and after
 * one that failed, in a process of a generation. */
void signal_handler_release(void);
void signal_handler_retake(void);

#endif
