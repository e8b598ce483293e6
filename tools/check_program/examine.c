/* SPDX-License-Identifier: ISC */
#include "check_program/examine.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_program/binary.h"
#include "check_program/known.h"
#include "check_program/libraries.h"
#include "check_program/loadable.h"
#include "check_program/locate.h"
#include "check_program/preloads.h"
#include "check_program/privileges.h"
#include "check_program/script.h"

enum { SCRIPT_DEPTH = 5 }; /* the kernel's own limit */

static void say_refusal(struct findings *found, const char *path, int refusal)
{
    if (refusal == EISDIR)
        findings_add(found, FINDING_ERROR, "not-executable", "name the program in it",
                     "%s is a directory", path);
    else if (refusal == EACCES)
        findings_add(found, FINDING_ERROR, "not-executable",
                     "give it the x bit (chmod +x), and see that its file system isn't noexec",
                     "%s may not be executed", path);
    else
        findings_add(found, FINDING_ERROR, "not-executable", "look at its path", "%s: %s", path,
                     strerror(refusal));
}

static bool find_command(struct examination *e)
{
    const char *command = *e->command;
    int refusal = locate(command, e->path);

    if (refusal == ENOENT) {
        *e->path = '\0';
        e->found.nowhere = true;
        findings_add(&e->found, FINDING_ERROR, "not-found",
                     strchr(command, '/') != NULL ? "look at its path"
                                                  : "install it, or name its directory in PATH",
                     "%s is nowhere to be found", command);
    } else if (refusal != 0) {
        say_refusal(&e->found, *e->path != '\0' ? e->path : command, refusal);
    }
    return refusal == 0;
}

/* What the name of a file tells. */
static void look_at_name(struct examination *e, const char *path)
{
    known_look(path, e->command + 1, &e->found);
    if (script_is_shell(basename(path)))
        findings_add(&e->found, FINDING_WARNING, "shell", "check that, too",
                     "the shell %s is what runs, and what that starts decides", path);
}

/* Sets `at` to what the script at `at` is executed by; false if that can't be. */
static bool find_interpreter(struct examination *e, const struct script *script, char *at)
{
    int refusal = locate_refusal(script->interpreter);

    if (refusal == ENOENT)
        findings_add(&e->found, FINDING_ERROR, "interpreter-missing",
                     strchr(script->interpreter, '\r') != NULL
                         ? "take the carriage return out of its first line"
                         : "install it, or name another one in its first line",
                     "%s needs the interpreter %s, which is missing", at, script->interpreter);
    else if (refusal != 0)
        say_refusal(&e->found, script->interpreter, refusal);
    strcpy(at, script->interpreter);
    return refusal == 0;
}

/* What env executes, which stands at `at`. */
static bool find_by_env(struct examination *e, const char *program, char *at)
{
    char path[PATH_MAX] = "";
    int refusal = program != NULL ? locate(program, path) : ENOENT;

    if (program == NULL)
        findings_add(&e->found, FINDING_ERROR, "interpreter-missing", "name one",
                     "%s is told of no program", at);
    else if (refusal == ENOENT)
        findings_add(&e->found, FINDING_ERROR, "interpreter-missing",
                     strchr(program, ' ') != NULL ? "give env -S, which makes words of that"
                                                  : "install it, or name its directory in PATH",
                     "%s doesn't find %s", at, program);
    else if (refusal != 0)
        say_refusal(&e->found, path, refusal);
    strcpy(at, path);
    return refusal == 0;
}

static bool is_env(const char *path)
{
    return strcmp(basename(path), "env") == 0;
}

/* One script further; false where the way ends. */
static bool follow(struct examination *e, struct script *script, char *at)
{
    if (!script_parse(script)) {
        findings_add(&e->found, FINDING_ERROR, "interpreter-missing",
                     "name one in its first line, such as #!/bin/sh", "%s names no interpreter",
                     at);
        return false;
    }
    return find_interpreter(e, script, at) &&
           (!is_env(at) || find_by_env(e, script_env_argument(script), at));
}

static void look_at_binary(struct examination *e, int fd, const char *path)
{
    char real[PATH_MAX];
    struct binary binary;
    enum binary_kind kind = binary_read(fd, &binary);

    if (kind == BINARY_OTHER)
        findings_add(&e->found, FINDING_ERROR, "no-program",
                     "begin it with #!/bin/sh, if it is a script of the shell",
                     "%s is neither an ELF file nor a script that names its interpreter", path);
    else if (kind == BINARY_DAMAGED)
        findings_add(&e->found, FINDING_ERROR, "damaged", "install it anew",
                     "%s is a damaged ELF file", path);
    else if (loadable_look(path, &binary, &e->found))
        libraries_look(realpath(path, real) != NULL ? real : path, &binary, e->library, &e->found);
    privileges_look(fd, path, &e->found);
    binary_free(&binary);
}

/* Looks at the file; true if `at` is another one now. */
static bool follow_once(struct examination *e, char *at)
{
    int fd = open(at, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct script script = {0};
    bool further = false;

    if (fd < 0) {
        findings_add(&e->found, FINDING_ERROR, "not-readable", "check it as root",
                     "%s can't be looked into: %s", at, strerror(errno));
        return false;
    }
    if (pread(fd, script.line, sizeof(script.line) - 1, 0) >= 2 &&
        memcmp(script.line, "#!", 2) == 0)
        further = follow(e, &script, at);
    else
        look_at_binary(e, fd, at);
    close(fd);
    return further;
}

void examine(struct examination *e)
{
    char at[PATH_MAX];
    int scripts = 0;

    if (!find_command(e))
        return;
    strcpy(at, e->path);
    if (is_env(at) && e->command[1] != NULL && !find_by_env(e, script_env(e->command + 1), at))
        return;
    look_at_name(e, at);
    while (follow_once(e, at)) {
        if (++scripts > SCRIPT_DEPTH) {
            findings_add(&e->found, FINDING_ERROR, "interpreters",
                         "name a program in its first line",
                         "%s is a script of scripts, more than %d deep", e->path, SCRIPT_DEPTH);
            return;
        }
        look_at_name(e, at);
    }
    preloads_look(e->library, &e->found);
}
