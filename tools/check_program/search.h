/* SPDX-License-Identifier: ISC */
/*
 * Where the dynamic loader of glibc finds a library, as ld.so(8) has it. The loader is not asked:
 * to list what a file needs it maps that, and one made for it runs code then.
 */
#ifndef CHECK_SEARCH_H
#define CHECK_SEARCH_H

#include "check_program/binary.h"

/* A program or a library. */
struct object {
    char *path;
    struct binary binary;
    const struct object *loader; /* what needs it, or NULL */
};

/* The library of this name that `needer` would get, or NULL. Of those of other machines none is
 * taken. Free it with search_free(). */
struct object *search_library(const struct object *needer, const char *name);

void search_free(struct object *object);

#endif
