/* SPDX-License-Identifier: ISC */
/*
 * The service manager's end of sd_notify(3).  What it has no room for waits, in order, so that a
 * barrier stays behind what it was to be behind, and the manager acts on the last state.
 */
#ifndef GRACE_SUPERVISOR_FRONT_SYSTEMD_SD_NOTIFY_MANAGER_H
#define GRACE_SUPERVISOR_FRONT_SYSTEMD_SD_NOTIFY_MANAGER_H

#include <stdbool.h>

enum {
    MANAGER_TEXT = 4096, /* of a message */
    MANAGER_FDS = 16,    /* with one */
};

struct manager_message {
    char text[MANAGER_TEXT + 2];
    int fds[MANAGER_FDS];
    unsigned n; /* of these */
};

/* Its address, as NOTIFY_SOCKET has it; messages are sent by the socket `via`. False: that is no
 * address. */
bool manager_open(const char *address);
void manager_send_by(int via);

/* Is there one? */
bool manager_listens(void);

/* Takes the descriptors over. What is `vital` is not lost where others fill the queue. Without a
 * manager nothing is sent. */
void manager_tell(const struct manager_message *m, bool vital);

/* Sends what waits. */
void manager_step(void);

#endif
