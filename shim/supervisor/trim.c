/* SPDX-License-Identifier: ISC */
#include "trim.h"

#include <sys/mman.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>

/* Only segments that were never writable: dropping relocated pages would undo the relocation. */
static int drop_code(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        uintptr_t from = (info->dlpi_addr + p->p_vaddr) & ~(uintptr_t)4095;

        if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
            madvise((void *)from, info->dlpi_addr + p->p_vaddr + p->p_memsz - from, MADV_DONTNEED);
    }
    return 0;
}

void trim(void)
{
    malloc_trim(0);
    dl_iterate_phdr(drop_code, NULL);
}
