/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/trim_memory.h"

#include <sys/auxv.h>
#include <sys/mman.h>
#include <inttypes.h>
#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { PAGE = 4096, MOST = 32, STACK = 256 * 1024, NEAR = 1024 };

/* A table of its own, for the headers that say where code is are in pages that are dropped. */
static struct range {
    void *from;
    size_t length;
} code[MOST];
static int n_code;

static void note_range(uintptr_t from, uintptr_t to)
{
    from &= ~(uintptr_t)(PAGE - 1);
    if (from < to && n_code < MOST)
        code[n_code++] = (struct range){(void *)from, to - from};
}

/* Only segments that were never writable: dropping relocated pages would undo the relocation. */
static int note_code(struct dl_phdr_info *info, size_t size, void *program_is_ours)
{
    (void)size;
    if ((uintptr_t)info->dlpi_phdr == getauxval(AT_PHDR))
        *(bool *)program_is_ours = true;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        uintptr_t from = info->dlpi_addr + p->p_vaddr;

        if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
            note_range(from, from + p->p_memsz);
    }
    return 0;
}

/* The server's, where we are its auditor: in another namespace, so the loader has not named it
 * above.  Nothing of it runs; its dynamic section alone the loader has changed, and may read. */
static void note_program(void)
{
    const ElfW(Phdr) *p = (const ElfW(Phdr) *)getauxval(AT_PHDR), *end = p + getauxval(AT_PHNUM);
    uintptr_t base = 0, dynamic = 0, after = 0;

    for (const ElfW(Phdr) *q = p; q < end; q++) {
        if (q->p_type == PT_PHDR)
            base = (uintptr_t)p - q->p_vaddr;
        if (q->p_type == PT_DYNAMIC) {
            dynamic = (base + q->p_vaddr) & ~(uintptr_t)(PAGE - 1);
            after = (base + q->p_vaddr + q->p_memsz + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
        }
    }
    for (; p < end; p++) {
        uintptr_t from = base + p->p_vaddr, to = from + p->p_filesz;
        bool split = from < after && dynamic < to;

        if (p->p_type == PT_LOAD) {
            note_range(from, split ? dynamic : to);
            note_range(split ? after : to, to);
        }
    }
}

/* The loader's list of libraries, which it keeps mapped until the program runs. */
static void note_cache(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    uintptr_t from, to;

    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, "/ld.so.cache") && sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) == 2)
            note_range(from, to);
    if (maps)
        fclose(maps);
}

/* Before the first of it is dropped. */
static void note_all(void)
{
    bool program_is_ours = false;

    dl_iterate_phdr(note_code, &program_is_ours);
    if (program_is_ours)
        return;
    note_program();
    note_cache();
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
        note_all();
    drop_stack();
    for (int i = 0; i < n_code; i++)
        madvise(code[i].from, code[i].length, MADV_DONTNEED);
}
