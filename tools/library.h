/* SPDX-License-Identifier: ISC */
/* Where libgrace.so is. */
#ifndef LIBRARY_H
#define LIBRARY_H

/* Its path; NULL with errno if it can't be read at LIBGRACE_PATH, where it belongs. */
const char *library_find(void);

#endif
