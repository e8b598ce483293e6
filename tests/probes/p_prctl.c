/* SPDX-License-Identifier: ISC */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"

/* One that ends whoever asks for something that the calls below do not need. */
static int filter(void)
{
    static struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigprocmask, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    static struct sock_fprog program = {sizeof steps / sizeof steps[0], steps};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return TRY(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static int unlink_in_sandbox(void)
{
    static char path[] = "missing";

    if (filter() == 0)
        TRY(unlink(path));
    return 0;
}

PROBE(prctl)
{
    char name[17] = "";

    TRY(prctl(PR_SET_NAME, "a name"));
    TRY(prctl(PR_GET_NAME, name));
    say("name: %s", name);
    TRY(prctl(PR_GET_NAME, NULL));
    TRY(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    TRY(prctl(PR_SET_NO_NEW_PRIVS, 1, 2, 3, 4));
    TRY(prctl(-1));
    TRY(prctl(PR_SET_SECCOMP, 77, NULL));
    in_child("in a sandbox", unlink_in_sandbox);
}
