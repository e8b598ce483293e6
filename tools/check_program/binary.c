/* SPDX-License-Identifier: ISC */
#include "check_program/binary.h"

#include <sys/stat.h>
#include <err.h>
#include <gelf.h>
#include <libelf.h>
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of grace itself, by the linker. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

enum { DYNAMIC_MAX = 1 << 20, NEEDED_MAX = 4096 };

bool binary_is_native(const struct binary *binary)
{
    return binary->elf_class == __ehdr_start.e_ident[EI_CLASS] &&
           binary->machine == __ehdr_start.e_machine;
}

/* Not by libelf, which reads the whole table of strings for it. */
static char *string_at(int fd, GElf_Off at)
{
    char text[PATH_MAX];
    ssize_t n = at <= (GElf_Off)INT64_MAX ? pread(fd, text, sizeof(text), (off_t)at) : -1;

    return n > 0 && memchr(text, '\0', (size_t)n) != NULL ? strdup(text) : NULL;
}

/* Where in the file what is mapped at an address stands. */
static bool offset_of(Elf *elf, GElf_Addr address, GElf_Off *offset)
{
    GElf_Ehdr header;
    GElf_Phdr p;

    if (gelf_getehdr(elf, &header) == NULL)
        return false;
    for (int i = 0; i < header.e_phnum && gelf_getphdr(elf, i, &p) != NULL; i++)
        if (p.p_type == PT_LOAD && address >= p.p_vaddr && address - p.p_vaddr < p.p_filesz) {
            *offset = p.p_offset + (address - p.p_vaddr);
            return true;
        }
    return false;
}

/* One word of the dynamic section, which may point to a string. */
static bool read_entry(struct binary *binary, int fd, const GElf_Dyn *entry, GElf_Off strings)
{
    char *text;

    if (entry->d_tag != DT_NEEDED && entry->d_tag != DT_RPATH && entry->d_tag != DT_RUNPATH)
        return true;
    text = string_at(fd, strings + entry->d_un.d_val);
    if (text == NULL || binary->needs == NEEDED_MAX) {
        free(text);
        return false;
    }
    if (entry->d_tag == DT_NEEDED) {
        binary->needed[binary->needs++] = text;
    } else {
        char **path = entry->d_tag == DT_RPATH ? &binary->rpath : &binary->runpath;

        free(*path);
        *path = text;
    }
    return true;
}

static bool read_dynamic(struct binary *binary, int fd, Elf *elf, const GElf_Phdr *p)
{
    size_t size = p->p_filesz < DYNAMIC_MAX ? p->p_filesz : DYNAMIC_MAX;
    Elf_Data *data = elf_getdata_rawchunk(elf, (int64_t)p->p_offset, size, ELF_T_DYN);
    GElf_Off strings = 0;
    GElf_Dyn entry;

    if (data == NULL || binary->needed != NULL)
        return false;
    for (int i = 0; gelf_getdyn(data, i, &entry) != NULL && entry.d_tag != DT_NULL; i++)
        if (entry.d_tag == DT_STRTAB && !offset_of(elf, entry.d_un.d_ptr, &strings))
            return false;
    binary->needed = calloc(NEEDED_MAX, sizeof(*binary->needed));
    if (binary->needed == NULL)
        err(EXIT_FAILURE, NULL);
    for (int i = 0; gelf_getdyn(data, i, &entry) != NULL && entry.d_tag != DT_NULL; i++)
        if (!read_entry(binary, fd, &entry, strings))
            return false;
    return true;
}

static bool read_segment(struct binary *binary, int fd, Elf *elf, const GElf_Phdr *p)
{
    struct stat st;

    switch (p->p_type) {
    case PT_LOAD:
        return fstat(fd, &st) == 0 && p->p_offset <= (GElf_Off)st.st_size &&
               p->p_filesz <= (GElf_Off)st.st_size - p->p_offset;
    case PT_INTERP:
        free(binary->interpreter);
        binary->interpreter = string_at(fd, p->p_offset);
        return binary->interpreter != NULL;
    case PT_DYNAMIC:
        return read_dynamic(binary, fd, elf, p);
    default:
        return true;
    }
}

static bool read_segments(struct binary *binary, int fd, Elf *elf, const GElf_Ehdr *header)
{
    bool maps = false;
    GElf_Phdr p;

    for (int i = 0; i < header->e_phnum; i++) {
        if (gelf_getphdr(elf, i, &p) == NULL || !read_segment(binary, fd, elf, &p))
            return false;
        maps = maps || p.p_type == PT_LOAD;
    }
    return maps;
}

/* By a section that strip leaves: the linker of Go makes it, whoever links the rest. */
static bool has_go(Elf *elf)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    size_t names;

    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    while ((section = elf_nextscn(elf, section)) != NULL) {
        const char *name =
            gelf_getshdr(section, &header) != NULL ? elf_strptr(elf, names, header.sh_name) : NULL;

        if (name != NULL &&
            (strcmp(name, ".go.buildinfo") == 0 || strcmp(name, ".note.go.buildid") == 0))
            return true;
    }
    return false;
}

static enum binary_kind read_elf(struct binary *binary, int fd, Elf *elf)
{
    GElf_Ehdr header;

    if (elf_kind(elf) != ELF_K_ELF)
        return BINARY_OTHER;
    if (gelf_getehdr(elf, &header) == NULL)
        return BINARY_DAMAGED;
    binary->elf_class = header.e_ident[EI_CLASS];
    binary->machine = header.e_machine;
    binary->type = header.e_type;
    if (!binary_is_native(binary) || (header.e_type != ET_EXEC && header.e_type != ET_DYN))
        return BINARY_ELF;
    binary->is_go = has_go(elf);
    return header.e_phentsize == gelf_fsize(elf, ELF_T_PHDR, 1, EV_CURRENT) &&
                   read_segments(binary, fd, elf, &header)
               ? BINARY_ELF
               : BINARY_DAMAGED;
}

static bool has_magic(int fd)
{
    char magic[SELFMAG];

    return pread(fd, magic, SELFMAG, 0) == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;
}

static Elf *elf_open(int fd)
{
    if (elf_version(EV_CURRENT) == EV_NONE)
        errx(EXIT_FAILURE, "libelf: %s", elf_errmsg(-1));
    return has_magic(fd) ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
}

enum binary_kind binary_read(int fd, struct binary *binary)
{
    enum binary_kind kind;
    Elf *elf = elf_open(fd);

    *binary = (struct binary){0};
    kind = elf != NULL ? read_elf(binary, fd, elf) : BINARY_OTHER;
    elf_end(elf);
    return kind == BINARY_OTHER && has_magic(fd) ? BINARY_DAMAGED : kind;
}

void binary_free(struct binary *binary)
{
    for (size_t i = 0; i < binary->needs; i++)
        free(binary->needed[i]);
    free(binary->needed);
    free(binary->interpreter);
    free(binary->rpath);
    free(binary->runpath);
    *binary = (struct binary){0};
}

static bool table_defines(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *function)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Sym symbol;

    for (int i = 0; data != NULL && gelf_getsym(data, i, &symbol) != NULL; i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);

        if (symbol.st_shndx != SHN_UNDEF && name != NULL && strcmp(name, function) == 0)
            return true;
    }
    return false;
}

bool binary_defines(int fd, const char *function)
{
    Elf *elf = elf_open(fd);
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    bool defines = false;

    while (!defines && (section = elf_nextscn(elf, section)) != NULL)
        defines = gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_DYNSYM &&
                  table_defines(elf, section, &header, function);
    elf_end(elf);
    return defines;
}

const char *binary_machine(int machine)
{
    switch (machine) {
    case EM_386:
        return "i386";
    case EM_X86_64:
        return "x86-64";
    case EM_ARM:
        return "ARM";
    case EM_AARCH64:
        return "ARM64";
    case EM_PPC64:
        return "POWER";
    case EM_RISCV:
        return "RISC-V";
    case EM_S390:
        return "IBM Z";
    default:
        return "another machine";
    }
}
