/* SPDX-License-Identifier: ISC */
#include "check_program/loadable.h"

#include <sys/stat.h>
#include <elf.h>
#include <string.h>

static bool are_one_file(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_ino == other.st_ino &&
           one.st_dev == other.st_dev;
}

static void say_foreign(const char *path, const struct binary *binary, struct findings *findings)
{
    findings_add(findings, FINDING_ERROR, "architecture",
                 "use a build for this machine, or a libgrace.so built for it",
                 "%s is a %s-bit program for %s: it can't load libgrace.so", path,
                 binary->elf_class == ELFCLASS64 ? "64" : "32", binary_machine(binary->machine));
}

static bool look_at_loader(const char *path, const char *loader, struct findings *findings)
{
    struct stat st;

    if (stat(loader, &st) != 0)
        findings_add(findings, FINDING_ERROR, "loader-missing", "install the C library it is for",
                     "%s needs the dynamic loader %s, which is missing", path, loader);
    else if (are_one_file(loader, INTERPRETER))
        return true;
    else if (strcmp(basename(loader), basename(INTERPRETER)) == 0)
        findings_add(findings, FINDING_WARNING, "loader", "see that its glibc is 2.34 or later",
                     "%s has a dynamic loader of its own, %s", path, loader);
    else
        findings_add(findings, FINDING_ERROR, "libc",
                     "use a build for glibc, or a libgrace.so built for that library",
                     "%s is linked to another C library%s, by its dynamic loader %s: it can't load "
                     "libgrace.so",
                     path, strstr(loader, "/ld-musl-") != NULL ? " (musl)" : "", loader);
    return false;
}

bool loadable_look(const char *path, const struct binary *binary, struct findings *findings)
{
    if (!binary_is_native(binary)) {
        say_foreign(path, binary, findings);
        return false;
    }
    if (binary->type != ET_EXEC && binary->type != ET_DYN) {
        findings_add(findings, FINDING_ERROR, "damaged", "name a program",
                     "%s is an ELF file, but no program", path);
        return false;
    }
    if (binary->is_go)
        findings_add(findings, FINDING_ERROR, "go",
                     "use tableflip in the program, or a front end that can be restarted",
                     "%s is a Go program, which makes its system calls itself", path);
    else if (binary->interpreter == NULL)
        findings_add(findings, FINDING_ERROR, "static", "use a dynamically linked build",
                     "%s has no dynamic loader: it is static, and nothing can be preloaded", path);
    return binary->interpreter != NULL && look_at_loader(path, binary->interpreter, findings);
}
