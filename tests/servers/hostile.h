/* SPDX-License-Identifier: ISC */
/*
 * What a hostile process of the server may do to the shim's own descriptors and to the page. Each
 * act says what came of it in one line: return act_ok(...) or act_failed(...).
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdint.h>

#include "protocol/page.h"

/* What a line on a connection asks for: words[0] is the name, the last one is followed by NULLs. */
enum { ACT_WORDS = 8 };

struct act {
    const char *name, *words;
    int (*run)(int client, char *const words[]);
};

extern const struct act acts[];

/* Answers; the second adds strerror(errno). Both return 0. */
int act_ok(int client, const char *format, ...) __attribute__((format(printf, 2, 3)));
int act_failed(int client, const char *what);

/* A number as strtoll() reads it; 0 for NULL. */
long long act_number(const char *word);

/* The shim's parked descriptors, or -1. close() and fcntl() do not reach them, these do. */
int hostile_memory(void);
int hostile_bell(void);
int hostile_control(void);
int hostile_close(int fd);
int hostile_make_blocking(int fd); /* -1 with errno */

/* Maps it once; NULL with errno. */
struct page *hostile_page(void);

/* acts of hostile_page.c */
int act_slot(int client, char *const words[]);
int act_slot_field(int client, char *const words[]);
int act_field(int client, char *const words[]);
int act_entry(int client, char *const words[]);
int act_swap_keys(int client, char *const words[]);
int act_refusal(int client, char *const words[]);
int act_get(int client, char *const words[]);
int act_ages_stuck(int client, char *const words[]);
int act_scribble(int client, char *const words[]);

/* acts of hostile_messages.c */
int act_fill_bell(int client, char *const words[]);
int act_flood_bell(int client, char *const words[]);
int act_note(int client, char *const words[]);
int act_flood_notes(int client, char *const words[]);
int act_send_fds(int client, char *const words[]);
int act_give(int client, char *const words[]);
int act_send_bytes(int client, char *const words[]);
int act_squat(int client, char *const words[]);
int act_heard(int client, char *const words[]);
int act_adopt_full(int client, char *const words[]);

#endif
