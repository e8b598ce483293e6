/* SPDX-License-Identifier: ISC */
/* Text of others in JSON. */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_JSON_TEXT_H
#define GRACE_SUPERVISOR_FRONT_CTL_JSON_TEXT_H

#include <stdio.h>

/* In quotes.  Arguments are bytes, JSON is UTF-8: what is none is shown as U+FFFD. */
void json_text(FILE *out, const char *text);

/* ,"name":"text", or nothing where the text is empty. */
void json_text_member(FILE *out, const char *name, const char *text);

#endif
