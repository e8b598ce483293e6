/* SPDX-License-Identifier: ISC */
/*
 * Can memory of the server be read?  Where the kernel would give EFAULT for a bad pointer the shim,
 * which looks at it as well, must not end the server: it asks here before, and leaves the call to
 * the kernel if not.  Where the kernel has read it just before, or where libc itself would have
 * read it without us, nobody asks.
 *
 * A system call for each page, but for the page of the caller's stack frame, where most of what is
 * handed over lies.  For slow paths.  All keep errno.
 */
#ifndef GRACE_PROCESS_READABLE_H
#define GRACE_PROCESS_READABLE_H

#include <stdbool.h>
#include <stddef.h>

/* The process puts itself into a sandbox, which may end it for a system call that it does not make:
 * from now on nobody is asked, and all can be read. */
void readable_confine(void);
bool readable_confined(void);

/* How many of n bytes can be read, from the first one on. */
size_t readable_bytes(const void *p, size_t n);

static inline bool readable(const void *p, size_t n)
{
    return readable_bytes(p, n) == n;
}

/* The same where the kernel has just read the first byte: within one page nobody is asked. */
size_t readable_after(const void *p, size_t n);

/* A string, up to its zero; an array of strings, up to its NULL. */
bool readable_text(const char *text);
bool readable_texts(char *const texts[]);

#endif
