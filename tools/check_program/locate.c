/* SPDX-License-Identifier: ISC */
#include "check_program/locate.h"

#include <sys/stat.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_PATH "/bin:/usr/bin" /* of execvp(), where PATH isn't set */

int locate_refusal(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOTDIR ? ENOENT : errno;
    if (S_ISDIR(st.st_mode))
        return EISDIR;
    return S_ISREG(st.st_mode) && access(path, X_OK) == 0 ? 0 : EACCES;
}

int locate(const char *command, char path[PATH_MAX])
{
    const char *list = getenv("PATH"), *next;
    char candidate[PATH_MAX];
    int result = ENOENT;

    if (strchr(command, '/') != NULL || *command == '\0') {
        if (snprintf(path, PATH_MAX, "%s", command) >= PATH_MAX)
            return ENAMETOOLONG;
        return locate_refusal(path);
    }
    for (list = list != NULL ? list : DEFAULT_PATH;; list = next + 1) {
        int refusal;

        next = strchrnul(list, ':');
        if (snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)(next - list), list,
                     next > list ? "/" : "", command) < PATH_MAX) {
            refusal = locate_refusal(candidate);
            if (refusal == 0 || (refusal != ENOENT && result == ENOENT)) {
                strcpy(path, candidate);
                result = refusal;
            }
            if (refusal == 0)
                return 0;
        }
        if (*next == '\0')
            return result;
    }
}
