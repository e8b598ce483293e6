/* SPDX-License-Identifier: ISC */
#include "supervisors/elsewhere.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <linux/openat2.h>

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "supervisors/proc.h"

enum { LISTENS = 1 << 16 }; /* __SO_ACCEPTCON of linux/net.h */

/* The UNIX sockets of a network namespace: what /proc shows of it. */
struct sockets {
    ino_t space;
    char *text;
    struct sockets *next;
};

bool elsewhere_is_shown(void)
{
    const char *own = getenv("GRACE_RUNTIME_DIR");

    return geteuid() == 0 && (own == NULL || *own == '\0');
}

static char *read_all(int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    FILE *stream = fd != -1 ? fdopen(fd, "r") : NULL;
    char *text = NULL;
    size_t size = 0;

    if (stream == NULL || getdelim(&text, &size, '\0', stream) == -1) {
        free(text);
        text = NULL;
    }
    if (stream != NULL)
        fclose(stream);
    return text != NULL ? text : strdup("");
}

/* Its number where it lives, the last one: in its own PID namespace a supervisor names its socket.
 */
static pid_t inner_number(int proc)
{
    char *text = read_all(proc, "status"), *line, *last;
    pid_t pid = 0;

    if (text != NULL && (line = strstr(text, "\nNSpid:")) != NULL) {
        line[1 + strcspn(line + 1, "\n")] = '\0';
        last = strrchr(line, '\t');
        pid = last != NULL ? (pid_t)atoi(last) : 0;
    }
    free(text);
    return pid;
}

/* Does this process have a socket with a supervisor's name, among these? */
static bool is_named(int proc, const char *sockets)
{
    char name[32];
    pid_t number;

    if (strstr(sockets, ".sock\n") == NULL || (number = inner_number(proc)) == 0)
        return false;
    snprintf(name, sizeof(name), "/%d.sock\n", (int)number);
    return strstr(sockets, name) != NULL;
}

static int open_process(const char *pid)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%.10s", pid);
    return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Namespaces of the network are few. Where we may not look, it is taken for ours. */
static const char *sockets_of(struct sockets **known, int proc)
{
    struct stat st = {.st_ino = 0};
    struct sockets *s;

    if (fstatat(proc, "ns/net", &st, 0) != 0)
        st.st_ino = 0;
    for (s = *known; s != NULL; s = s->next)
        if (s->space == st.st_ino)
            return s->text;
    s = calloc(1, sizeof(*s));
    if (s == NULL || (s->text = read_all(proc, "net/unix")) == NULL)
        err(EXIT_FAILED, "can't list sockets");
    s->space = st.st_ino;
    s->next = *known;
    *known = s;
    return s->text;
}

static int by_number(const void *a, const void *b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

    return (x > y) - (x < y);
}

static void look_at(const char *name, struct sockets **known, pid_t **pids, size_t *n)
{
    int proc = isdigit((unsigned char)*name) ? open_process(name) : -1;

    if (proc == -1)
        return;
    if (is_named(proc, sockets_of(known, proc))) {
        *pids = reallocarray(*pids, *n + 1, sizeof(**pids));
        if (*pids == NULL)
            err(EXIT_FAILED, "can't list processes");
        (*pids)[(*n)++] = (pid_t)atoi(name);
    }
    close(proc);
}

size_t elsewhere_list(pid_t **pids)
{
    struct sockets *known = NULL, *next;
    DIR *stream = opendir("/proc");
    struct dirent *entry;
    size_t n = 0;

    *pids = NULL;
    while (stream != NULL && (entry = readdir(stream)) != NULL)
        look_at(entry->d_name, &known, pids, &n);
    if (stream != NULL)
        closedir(stream);
    for (; known != NULL; known = next) {
        next = known->next;
        free(known->text);
        free(known);
    }
    if (n > 0)
        qsort(*pids, n, sizeof(**pids), by_number);
    return n;
}

/* In the root directory of the process, out of which no link leads. */
static int open_socket(int proc, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    int root = openat(proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
    struct stat st;

    if (root == -1) /* not ours to look into: it may be the same */
        root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
    close(root);
    if (fd == -1 || (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode)))
        return fd;
    close(fd);
    errno = ENOENT;
    return -1;
}

static bool is_peer(int fd, pid_t pid)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid == pid;
}

static int connect_to(int proc, pid_t pid, const char *path)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int file = open_socket(proc, path), fd;
    int error = errno;

    if (file == -1)
        return -1;
    snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d", file);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd != -1 && connect(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0) {
        error = errno;
        close(fd);
        fd = -1;
    } else if (fd != -1 && !is_peer(fd, pid)) {
        error = ENOENT;
        close(fd);
        fd = -1;
    }
    close(file);
    errno = error;
    return fd;
}

/* The path in such a line if it listens and ends like that. */
static char *path_in(char *line, const char *name)
{
    unsigned flags;
    int at = 0;
    size_t n = strlen(line), m = strlen(name);

    if (n < m || strcmp(line + n - m, name) != 0 ||
        sscanf(line, "%*x: %*x %*x %x %*x %*x %*u %n", &flags, &at) != 1 ||
        (flags & LISTENS) == 0 || at == 0 || line[at] != '/')
        return NULL;
    return line + at;
}

int elsewhere_connect(pid_t pid)
{
    char number[16], name[32], *text, *rest, *line, *path;
    int proc, fd = -1, error = ENOENT;

    snprintf(number, sizeof(number), "%d", (int)pid);
    proc = open_process(number);
    if (proc == -1)
        return -1;
    snprintf(name, sizeof(name), "/%d.sock", (int)inner_number(proc));
    rest = text = read_all(proc, "net/unix");
    while (fd == -1 && (line = strsep(&rest, "\n")) != NULL)
        if ((path = path_in(line, name)) != NULL && (fd = connect_to(proc, pid, path)) == -1)
            error = errno == EAGAIN ? ETIMEDOUT : error;
    free(text);
    close(proc);
    errno = error;
    return fd;
}

/* Not the owner of /proc/PID, which is root where the process has made itself undumpable. */
static uid_t user_of(pid_t pid)
{
    char number[16], *text, *line;
    unsigned uid = (unsigned)-1;
    int proc;

    snprintf(number, sizeof(number), "%d", (int)pid);
    proc = open_process(number);
    if (proc == -1)
        return (uid_t)-1;
    text = read_all(proc, "status");
    line = text != NULL ? strstr(text, "\nUid:") : NULL;
    if (line != NULL)
        sscanf(line, " Uid: %*u %u", &uid);
    free(text);
    close(proc);
    return uid;
}

pid_t elsewhere_above(pid_t pid)
{
    pid_t found = 0;

    for (; geteuid() == 0 && pid > 0; pid = proc_parent(pid)) {
        int fd;

        if (found != 0 && user_of(pid) == user_of(found))
            continue;
        fd = elsewhere_connect(pid);
        if (fd != -1 || errno == ETIMEDOUT)
            found = pid;
        if (fd != -1)
            close(fd);
    }
    return found;
}
