/* SPDX-License-Identifier: ISC */
/*
 * A supervisor sleeps for days beside a server that needs the memory.  Before it does it gives
 * back what the work has brought in: free heap, and the pages of code, which the kernel maps 16
 * at a time and which are in the page cache when they are wanted again.
 */
#ifndef GRACE_SUPERVISOR_KERNEL_TRIM_MEMORY_H
#define GRACE_SUPERVISOR_KERNEL_TRIM_MEMORY_H

void trim_memory(void);

#endif
