/* SPDX-License-Identifier: ISC */
#include "supervisor/front/unix_placeholder.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "reach.h"
#include "supervisor/state/runtime_dir.h"
#include "tap.h"

static char directory[] = "/tmp/t_unix_placeholder.XXXXXX";
static bool has_directory = true;

bool runtime_dir_make(char *dir, size_t size)
{
    snprintf(dir, size, "%s", directory);
    return has_directory;
}

static void test_settles(int type)
{
    int fd = socket(AF_UNIX, type, 0);

    unix_placeholder_settle(fd);
    ok(listens(fd), "a placeholder listens");
    ok(!finds(fd, type), "where root does not find it");
    close(fd);
}

/* A process of the server may send what it likes. */
static void test_leaves_alone(void)
{
    sa_family_t autobind = AF_UNIX;
    int inet = socket(AF_INET, SOCK_STREAM, 0), named = socket(AF_UNIX, SOCK_STREAM, 0);
    int file = open(directory, O_RDONLY), other = socket(AF_UNIX, SOCK_STREAM, 0);
    struct stat before, after;

    fstat(file, &before);
    unix_placeholder_settle(file);
    fstat(file, &after);
    is_int(after.st_mode, before.st_mode, "what is no socket keeps its mode");
    unix_placeholder_settle(-1);
    unix_placeholder_settle(inet);
    ok(!listens(inet), "a TCP socket is not touched");
    bind(named, (struct sockaddr *)&autobind, sizeof autobind);
    unix_placeholder_settle(named);
    ok(!listens(named), "one with a name of its own does not listen with our credentials");
    has_directory = false;
    unix_placeholder_settle(other);
    ok(!listens(other), "nor does one without a directory");
    has_directory = true;
    close(file);
}

/* For root a mode says nothing. */
static void become_nobody(void)
{
    if (getuid() == 0 && (chown(directory, 65534, 65534) != 0 || setuid(65534) != 0))
        exit(1);
}

int main(void)
{
    if (!mkdtemp(directory))
        return 1;
    test_settles(SOCK_STREAM);
    test_leaves_alone();
    become_nobody();
    umask(0777);
    test_settles(SOCK_SEQPACKET);
    is_int(umask(022), 0777, "whatever the umask is, and it stays");
    is_int(rmdir(directory), 0, "nothing is left in the directory");
    return done();
}
