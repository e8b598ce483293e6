/* SPDX-License-Identifier: ISC */
/*
 * Clients of the user socket: what they have asked, and what they have not read yet.  None is
 * waited for: what one does not read stays here, up to a limit; who keeps others out is dropped.
 */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_CLIENT_H
#define GRACE_SUPERVISOR_FRONT_CTL_CLIENT_H

#include <sys/queue.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

enum { CLIENT_REQUEST = 64 };

enum client_waiting {
    CLIENT_ASKS,
    CLIENT_RESTART,
    CLIENT_STOP,
    CLIENT_WORKERS,
    CLIENT_FOLLOWS,
    CLIENT_READS
};

struct client {
    TAILQ_ENTRY(client) link;
    int fd;
    pid_t pid;    /* the kernel's word; 0: in no namespace of ours */
    size_t place; /* in the pollset */
    enum client_waiting waiting;
    bool queued; /* waits for the restart after the present one */
    bool ended;  /* says no more, may read on */
    bool gone;
    char request[CLIENT_REQUEST];
    size_t asked; /* bytes of it */
    char *answer;
    size_t size, sent;
};

TAILQ_HEAD(client_list, client);
extern struct client_list client_list; /* oldest first */

/* Takes fd, of this process. Where there are too many the oldest that has not asked, has its
 * answer, or reads the log, goes. NULL: there are too many of others, or no memory; fd is closed.
 */
struct client *client_add(int fd, pid_t pid);

/* Reads what there is of the request. True when it is complete. */
bool client_asked(struct client *c);

/* Adds to what it is to read: all or nothing. */
void client_say(struct client *c, const char *text, size_t size);

/* Is closed when it has read all. */
void client_finish(struct client *c);

/* Adds all to the pollset, without those that are gone; sends what can be sent now. */
void client_poll(void);
void client_send(struct client *c);

void client_close_all(void);

#endif
