/* SPDX-License-Identifier: ISC */
#include "protocol/credentials.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

bool credentials_read(struct credentials *c)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct stat root;

    memset(c, 0, sizeof *c);
    if (getresuid(&c->uid[0], &c->uid[1], &c->uid[2]) < 0 ||
        getresgid(&c->gid[0], &c->gid[1], &c->gid[2]) < 0 || stat("/", &root) < 0 ||
        syscall(SYS_capget, &header, c->capabilities) < 0)
        return false;
    c->root_dev = root.st_dev;
    c->root_ino = root.st_ino;
    c->seccomp = prctl(PR_GET_SECCOMP, 0, 0, 0, 0);
    c->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    return true;
}
