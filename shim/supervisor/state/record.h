/* SPDX-License-Identifier: ISC */
/* Writing and reading the recovery record (recovery_record.h): the process as it was started. */
#ifndef GRACE_SUPERVISOR_STATE_RECORD_H
#define GRACE_SUPERVISOR_STATE_RECORD_H

#include <stdbool.h>

#include "protocol/recovery_record.h"
#include "supervisor/state/command.h"

/* Notes what this process is: call before anything is changed. */
void record_make(const struct command *command);

/* This supervisor goes on with the server of `r`: its generations belong together. */
void record_take_id(const struct record *r);

/* Does `r` describe the server that is noted: command, directory, user, environment? */
bool record_is_same_server(const struct record *r);

/* Seals what was noted. Where that can't be (memory, /proc) the server can't be recovered. */
void record_publish(void);

/* The record that another supervisor has published is this one's. */
bool record_own(int fd);

/* For a process of the server that is about to be executed: a descriptor to read it, or -1. */
int record_lend(void);

/* Maps the record in fd; NULL with errno if it is none that this user has sealed. */
const struct record *record_open(int fd);
void record_close(const struct record *r);

#endif
