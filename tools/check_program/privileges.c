/* SPDX-License-Identifier: ISC */
#include "check_program/privileges.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <stdio.h>
#include <unistd.h>

#define REMEDY_BITS "take that away (chmod u-s,g-s), start it as root and let it drop privileges"
#define REMEDY_CAPABILITIES                                                                 \
    "take them away (setcap -r), and start it as root and let it drop privileges, or with " \
    "AmbientCapabilities of systemd"

/* Where nothing gets such rights. */
static bool are_ignored(int fd)
{
    struct statvfs mount;

    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
           (fstatvfs(fd, &mount) == 0 && (mount.f_flag & ST_NOSUID) != 0);
}

/* Whom the file makes of somebody counts: who is that already gains nothing by it. */
static void report_bits(struct findings *findings, bool gains, const char *path, const char *what,
                        const char *remedy)
{
    findings_add(findings, gains ? FINDING_ERROR : FINDING_WARNING, "privileges", remedy,
                 "%s %s, so the loader drops LD_PRELOAD%s", path, what,
                 gains ? "" : " where another user than this one starts it");
}

void privileges_look(int fd, const char *path, struct findings *findings)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || are_ignored(fd))
        return;
    if (st.st_mode & S_ISUID)
        report_bits(findings, st.st_uid != getuid(), path, "is setuid", REMEDY_BITS);
    if ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP))
        report_bits(findings, st.st_gid != getgid(), path, "is setgid", REMEDY_BITS);
    if (fgetxattr(fd, "security.capability", NULL, 0) >= 0)
        report_bits(findings, getuid() != 0, path, "has file capabilities", REMEDY_CAPABILITIES);
}
