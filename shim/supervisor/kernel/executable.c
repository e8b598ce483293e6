/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/executable.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCRIPT_DEPTH = 5, PROGRAM_HEADERS = 64 }; /* the kernel's own limit of interpreters */

static bool is_executable(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool executable_find(const char *command, char *path, size_t size)
{
    const char *list = getenv("PATH"), *next;

    if (strchr(command, '/'))
        return snprintf(path, size, "%s", command) < (int)size;
    for (list = list ? list : ""; *list; list = next + (*next == ':')) {
        next = strchrnul(list, ':');
        if (snprintf(path, size, "%.*s%s%s", (int)(next - list), list, next > list ? "/" : "",
                     command) < (int)size &&
            is_executable(path))
            return true;
    }
    errno = ENOENT;
    return false;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_ino == other.st_ino &&
           one.st_dev == other.st_dev;
}

static bool is_privileged(int fd)
{
    struct stat st;

    return fstat(fd, &st) < 0 || (st.st_mode & (S_ISUID | S_ISGID)) ||
           fgetxattr(fd, "security.capability", NULL, 0) >= 0;
}

/* The path in PT_INTERP. */
static bool read_interpreter(int fd, const Elf64_Ehdr *header, char *path, size_t size)
{
    Elf64_Phdr p;

    for (unsigned i = 0; i < header->e_phnum && i < PROGRAM_HEADERS; i++) {
        off_t at = (off_t)(header->e_phoff + i * sizeof p);

        if (pread(fd, &p, sizeof p, at) != (ssize_t)sizeof p)
            return false;
        if (p.p_type == PT_INTERP)
            return p.p_filesz > 1 && p.p_filesz <= size &&
                   pread(fd, path, p.p_filesz, (off_t)p.p_offset) == (ssize_t)p.p_filesz &&
                   path[p.p_filesz - 1] == '\0';
    }
    return false;
}

static bool is_elf(const Elf64_Ehdr *header)
{
    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_phentsize == sizeof(Elf64_Phdr);
}

/* "#! /usr/bin/perl -w": the first word. */
static bool script_interpreter(char *line, char *path)
{
    line[strcspn(line, "\n")] = '\0';
    line += 2 + strspn(line + 2, " \t");
    line[strcspn(line, " \t")] = '\0';
    return *line && strcpy(path, line);
}

enum found { OTHER, LOADED, SCRIPT };

/* path: becomes the interpreter of a script. */
static enum found look(int fd, char *path, const char *loader)
{
    union {
        Elf64_Ehdr header;
        char text[256];
    } begin = {0};
    char interpreter[PATH_MAX];

    if (pread(fd, &begin, sizeof begin - 1, 0) < (ssize_t)sizeof "#!/")
        return OTHER;
    if (memcmp(begin.text, "#!", 2) == 0)
        return script_interpreter(begin.text, path) ? SCRIPT : OTHER;
    return is_elf(&begin.header) && !is_privileged(fd) &&
                   read_interpreter(fd, &begin.header, interpreter, sizeof interpreter) &&
                   is_same_file(interpreter, loader)
               ? LOADED
               : OTHER;
}

bool executable_is_loaded_by(const char *path, const char *loader)
{
    char at[PATH_MAX];
    enum found found = snprintf(at, sizeof at, "%s", path) < (int)sizeof at ? SCRIPT : OTHER;

    for (int i = 0; i < SCRIPT_DEPTH && found == SCRIPT; i++) {
        int fd = open(at, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

        found = fd >= 0 ? look(fd, at, loader) : OTHER;
        if (fd >= 0)
            close(fd);
    }
    return found == LOADED;
}
