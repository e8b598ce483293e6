/* SPDX-License-Identifier: ISC */
#include "process/command_line.h"

#include <stddef.h>
#include <stdint.h>

static size_t count; /* 0: not known */
static uint64_t sum;

#define FIRST UINT64_C(0xcbf29ce484222325)

/* FNV-1a, each with its zero. */
static uint64_t add(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    while (*text++);
    return hash;
}

void command_line_note(char *const argv[])
{
    sum = FIRST;
    for (count = 0; argv[count]; count++)
        sum = add(sum, argv[count]);
}

/* Of nine digits at most: see handoff.c. */
uint32_t command_line_number(char *const argv[])
{
    uint64_t theirs = FIRST;

    for (size_t i = 0; argv && argv[i]; i++)
        theirs = add(theirs, argv[i]);
    return theirs == FIRST ? 0 : (uint32_t)(1 + theirs % 999999998);
}

bool command_line_begins(char *const argv[])
{
    uint64_t theirs = FIRST;

    for (size_t i = 0; i < count; i++) {
        if (!argv || !argv[i])
            return false;
        theirs = add(theirs, argv[i]);
    }
    return count > 0 && theirs == sum;
}
