/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/trim_memory.h"

#include <sys/mman.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>

enum { PAGE = 4096, MOST = 16, STACK = 256 * 1024, NEAR = 1024 };

/* A table of its own, for the headers that say where code is are in pages that are dropped. */
static struct range {
    void *from;
    size_t length;
} code[MOST];
static int n_code;

/* Only segments that were never writable: dropping relocated pages would undo the relocation. */
static int note_code(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    for (int i = 0; i < info->dlpi_phnum && n_code < MOST; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        uintptr_t from = (info->dlpi_addr + p->p_vaddr) & ~(uintptr_t)(PAGE - 1);
        uintptr_t to = info->dlpi_addr + p->p_vaddr + p->p_memsz;

        if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
            code[n_code++] = (struct range){(void *)from, to - from};
    }
    return 0;
}

/* Deeper than this the stack has what returned functions left: the start needs more of it than all
 * that follows.  NEAR is for madvise() itself. */
static void drop_stack(void)
{
    uintptr_t end = ((uintptr_t)__builtin_frame_address(0) - NEAR) & ~(uintptr_t)(PAGE - 1);

    madvise((void *)(end - STACK), STACK, MADV_DONTNEED);
}

__attribute__((hot)) void trim_memory(void)
{
    malloc_trim(0);
    if (n_code == 0)
        dl_iterate_phdr(note_code, NULL);
    drop_stack();
    for (int i = 0; i < n_code; i++)
        madvise(code[i].from, code[i].length, MADV_DONTNEED);
}
