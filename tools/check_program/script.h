/* SPDX-License-Identifier: ISC */
/* The first line of a script, as the kernel and env read it. */
#ifndef CHECK_SCRIPT_H
#define CHECK_SCRIPT_H

#include <stdbool.h>

enum { SCRIPT_LINE = 256 }; /* so much of a file the kernel looks at */

struct script {
    char line[SCRIPT_LINE];
    const char *interpreter; /* in it */
    const char *argument;    /* all that follows is one, or NULL */
};

/* Splits the line; false if it names no interpreter. */
bool script_parse(struct script *script);

/* The program that `env WORDS...` executes; NULL if there is none. */
const char *script_env(char *const words[]);

/* The same for `#!/usr/bin/env ARGUMENT`, which env splits itself if that begins with -S. */
const char *script_env_argument(struct script *script);

/* Is a program of this name a shell, whose scripts start others? */
bool script_is_shell(const char *name);

#endif
