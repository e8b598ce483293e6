/* SPDX-License-Identifier: ISC */
/* What an ELF file says of itself: its word is read, and never executed. */
#ifndef CHECK_BINARY_H
#define CHECK_BINARY_H

#include <stdbool.h>
#include <stddef.h>

struct binary {
    int elf_class, machine, type;
    char *interpreter; /* its dynamic loader, or NULL */
    char *rpath, *runpath;
    char **needed; /* the names of libraries */
    size_t needs;
    bool is_go;
};

enum binary_kind { BINARY_ELF, BINARY_DAMAGED, BINARY_OTHER };

/* Reads it; of one of another machine or class its class, machine and type alone.  To be freed
 * whatever the answer is. */
enum binary_kind binary_read(int fd, struct binary *binary);

void binary_free(struct binary *binary);

/* Can a program of this machine and class be run together with us? */
bool binary_is_native(const struct binary *binary);

/* Does it have this function for others? */
bool binary_defines(int fd, const char *function);

/* The name of a machine that e_machine stands for. */
const char *binary_machine(int machine);

#endif
