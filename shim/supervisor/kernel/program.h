/* SPDX-License-Identifier: ISC */
/*
 * Has a process loaded our library, or will it never?  By what the kernel keeps of the process
 * alone: its file may lie on a file system that does not answer, so nobody opens that.
 */
#ifndef GRACE_SUPERVISOR_KERNEL_PROGRAM_H
#define GRACE_SUPERVISOR_KERNEL_PROGRAM_H

#include <sys/types.h>
#include <stdbool.h>

enum program {
    PROGRAM_GONE,
    PROGRAM_LOADED,  /* the library is mapped; its constructor need not have run */
    PROGRAM_LOADING, /* the dynamic loader, or execve(), may not have come to it yet */
    PROGRAM_STATIC,  /* no dynamic loader */
    PROGRAM_SECURE,  /* the loader drops LD_PRELOAD: AT_SECURE */
    PROGRAM_OTHER,   /* another architecture, or the loader has gone on without the library */
    PROGRAM_HIDDEN,  /* may not be looked into, as after a setuid program has given that up */
};

/* `library`: a path whose last part is that of our library. */
enum program program_look(pid_t pid, const char *library);

/* What it executes, by name: "" where that can't be seen. */
struct program_names {
    char file[64]; /* "nginx (deleted)" where a newer one has taken its place */
    char
        comm[32]; /* of a script, its own and not the interpreter's; or a title: "starman master" */
};
void program_names(pid_t pid, struct program_names *names);

#endif
