/* SPDX-License-Identifier: ISC */
/*
 * The table of interposed calls: CALL(result, name, (parameters), (arguments)).
 *
 * Included several times, each time with another CALL: real.h makes the pointers, real.c the
 * resolver, libgrace.map.in the version script, the tests the list of exports.  A call that is
 * missing here is not interposed; docs/interposition.md says why each one is here.
 * Variadic functions appear with the fixed parameters that the shim passes on.
 *
 * DATA_CALL is a CALL that is made for every piece of data: libc/data_path.h.
 */
#ifndef DATA_CALL
#define DATA_CALL(result, name, parameters, arguments) CALL(result, name, parameters, arguments)
#endif

/* listeners and connections */
CALL(int, socket, (int domain, int type, int protocol), (domain, type, protocol))
CALL(int, bind, (int fd, const struct sockaddr *addr, socklen_t len), (fd, addr, len))
CALL(int, listen, (int fd, int backlog), (fd, backlog))
CALL(int, accept, (int fd, struct sockaddr *addr, socklen_t *len), (fd, addr, len))
CALL(int, accept4, (int fd, struct sockaddr *addr, socklen_t *len, int flags),
     (fd, addr, len, flags))
CALL(int, connect, (int fd, const struct sockaddr *addr, socklen_t len), (fd, addr, len))
CALL(int, shutdown, (int fd, int how), (fd, how))
DATA_CALL(ssize_t, recvfrom,
          (int fd, void *buffer, size_t n, int flags, struct sockaddr *from, socklen_t *len),
          (fd, buffer, n, flags, from, len))
CALL(ssize_t, __recvfrom_chk,
     (int fd, void *buffer, size_t n, size_t size, int flags, struct sockaddr *from,
      socklen_t *len),
     (fd, buffer, n, size, flags, from, len))
DATA_CALL(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
CALL(int, recvmmsg,
     (int fd, struct mmsghdr *messages, unsigned n, int flags, struct timespec *timeout),
     (fd, messages, n, flags, timeout))
CALL(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t len),
     (fd, level, name, value, len))

/* data */
DATA_CALL(ssize_t, read, (int fd, void *buffer, size_t n), (fd, buffer, n))
DATA_CALL(ssize_t, __read_chk, (int fd, void *buffer, size_t n, size_t size), (fd, buffer, n, size))
DATA_CALL(ssize_t, readv, (int fd, const struct iovec *pieces, int count), (fd, pieces, count))
DATA_CALL(ssize_t, recv, (int fd, void *buffer, size_t n, int flags), (fd, buffer, n, flags))
DATA_CALL(ssize_t, __recv_chk, (int fd, void *buffer, size_t n, size_t size, int flags),
          (fd, buffer, n, size, flags))
DATA_CALL(ssize_t, write, (int fd, const void *data, size_t n), (fd, data, n))
DATA_CALL(ssize_t, writev, (int fd, const struct iovec *pieces, int count), (fd, pieces, count))
DATA_CALL(ssize_t, send, (int fd, const void *data, size_t n, int flags), (fd, data, n, flags))
DATA_CALL(ssize_t, sendto,
          (int fd, const void *data, size_t n, int flags, const struct sockaddr *to, socklen_t len),
          (fd, data, n, flags, to, len))
DATA_CALL(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
DATA_CALL(ssize_t, sendfile, (int to, int from, off_t *offset, size_t n), (to, from, offset, n))
DATA_CALL(ssize_t, sendfile64, (int to, int from, off_t *offset, size_t n), (to, from, offset, n))

/* file descriptors */
CALL(int, close, (int fd), (fd))
CALL(int, close_range, (unsigned first, unsigned last, int flags), (first, last, flags))
CALL(void, closefrom, (int first), (first))
CALL(int, dup, (int fd), (fd))
CALL(int, dup2, (int fd, int to), (fd, to))
CALL(int, dup3, (int fd, int to, int flags), (fd, to, flags))
CALL(int, fcntl, (int fd, int cmd, void *arg), (fd, cmd, arg))
CALL(int, fcntl64, (int fd, int cmd, void *arg), (fd, cmd, arg))
CALL(int, ioctl, (int fd, unsigned long request, void *arg), (fd, request, arg))
CALL(int, open, (const char *path, int flags, mode_t mode), (path, flags, mode))
CALL(int, open64, (const char *path, int flags, mode_t mode), (path, flags, mode))
CALL(int, openat, (int dir, const char *path, int flags, mode_t mode), (dir, path, flags, mode))
CALL(int, openat64, (int dir, const char *path, int flags, mode_t mode), (dir, path, flags, mode))
CALL(int, flock, (int fd, int operation), (fd, operation))
CALL(int, lockf, (int fd, int cmd, off_t size), (fd, cmd, size))
CALL(int, lockf64, (int fd, int cmd, off_t size), (fd, cmd, size))
CALL(int, shmctl, (int id, int cmd, struct shmid_ds *ds), (id, cmd, ds))
CALL(int, fclose, (FILE * file), (file))
CALL(int, fcloseall, (void), ())
CALL(FILE *, freopen, (const char *path, const char *mode, FILE *file), (path, mode, file))
CALL(FILE *, freopen64, (const char *path, const char *mode, FILE *file), (path, mode, file))

/* waiting */
CALL(int, epoll_ctl, (int epfd, int op, int fd, struct epoll_event *event), (epfd, op, fd, event))
CALL(int, epoll_wait, (int epfd, struct epoll_event *events, int max, int timeout),
     (epfd, events, max, timeout))
CALL(int, epoll_pwait,
     (int epfd, struct epoll_event *events, int max, int timeout, const sigset_t *mask),
     (epfd, events, max, timeout, mask))
CALL(int, epoll_pwait2,
     (int epfd, struct epoll_event *events, int max, const struct timespec *timeout,
      const sigset_t *mask),
     (epfd, events, max, timeout, mask))
CALL(int, poll, (struct pollfd * fds, nfds_t n, int timeout), (fds, n, timeout))
CALL(int, __poll_chk, (struct pollfd * fds, nfds_t n, int timeout, size_t size),
     (fds, n, timeout, size))
CALL(int, ppoll,
     (struct pollfd * fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask),
     (fds, n, timeout, mask))
CALL(int, __ppoll_chk,
     (struct pollfd * fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
      size_t size),
     (fds, n, timeout, mask, size))
CALL(int, select, (int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *timeout),
     (n, r, w, e, timeout))
CALL(int, pselect,
     (int n, fd_set *r, fd_set *w, fd_set *e, const struct timespec *timeout, const sigset_t *mask),
     (n, r, w, e, timeout, mask))

/* processes */
CALL(int, kill, (pid_t pid, int sig), (pid, sig))
CALL(pid_t, getpgid, (pid_t pid), (pid))
CALL(pid_t, getsid, (pid_t pid), (pid))
CALL(int, prctl, (int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d),
     (option, a, b, c, d))
CALL(pid_t, _Fork, (void), ())
CALL(pid_t, vfork, (void), ())
CALL(int, daemon, (int nochdir, int noclose), (nochdir, noclose))
CALL(int, execve, (const char *path, char *const argv[], char *const envp[]), (path, argv, envp))
CALL(int, execv, (const char *path, char *const argv[]), (path, argv))
CALL(int, execvp, (const char *file, char *const argv[]), (file, argv))
CALL(int, execvpe, (const char *file, char *const argv[], char *const envp[]), (file, argv, envp))
CALL(int, execl, (const char *path, const char *arg, void *end), (path, arg, end))
CALL(int, execle, (const char *path, const char *arg, void *end), (path, arg, end))
CALL(int, execlp, (const char *file, const char *arg, void *end), (file, arg, end))
CALL(int, fexecve, (int fd, char *const argv[], char *const envp[]), (fd, argv, envp))
CALL(int, execveat, (int dir, const char *path, char *const argv[], char *const envp[], int flags),
     (dir, path, argv, envp, flags))
CALL(int, posix_spawn,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attr, char *const argv[], char *const envp[]),
     (pid, path, actions, attr, argv, envp))
CALL(int, posix_spawnp,
     (pid_t * pid, const char *file, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attr, char *const argv[], char *const envp[]),
     (pid, file, actions, attr, argv, envp))
CALL(int, system, (const char *command), (command))
CALL(FILE *, popen, (const char *command, const char *type), (command, type))

/* signals */
CALL(int, sigaction, (int sig, const struct sigaction *act, struct sigaction *old), (sig, act, old))
CALL(sighandler_t, signal, (int sig, sighandler_t handler), (sig, handler))
CALL(sighandler_t, bsd_signal, (int sig, sighandler_t handler), (sig, handler))
CALL(sighandler_t, ssignal, (int sig, sighandler_t handler), (sig, handler))
CALL(sighandler_t, sysv_signal, (int sig, sighandler_t handler), (sig, handler))
CALL(sighandler_t, __sysv_signal, (int sig, sighandler_t handler), (sig, handler))
CALL(sighandler_t, sigset, (int sig, sighandler_t handler), (sig, handler))
CALL(int, sigignore, (int sig), (sig))
CALL(int, siginterrupt, (int sig, int flag), (sig, flag))
CALL(int, sighold, (int sig), (sig))
CALL(int, sigrelse, (int sig), (sig))
CALL(int, sigblock, (int mask), (mask))
CALL(int, sigsetmask, (int mask), (mask))
CALL(int, sigprocmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
CALL(int, pthread_sigmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
CALL(int, sigsuspend, (const sigset_t *mask), (mask))
CALL(int, sigwait, (const sigset_t *set, int *sig), (set, sig))
CALL(int, sigwaitinfo, (const sigset_t *set, siginfo_t *info), (set, info))
CALL(int, sigtimedwait, (const sigset_t *set, siginfo_t *info, const struct timespec *timeout),
     (set, info, timeout))
CALL(int, signalfd, (int fd, const sigset_t *mask, int flags), (fd, mask, flags))

/* paths of UNIX sockets, and what else generations have in common by name */
CALL(int, unlink, (const char *path), (path))
CALL(int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags))
CALL(int, remove, (const char *path), (path))
CALL(int, rename, (const char *from, const char *to), (from, to))
CALL(int, renameat, (int fromdir, const char *from, int todir, const char *to),
     (fromdir, from, todir, to))
CALL(int, renameat2, (int fromdir, const char *from, int todir, const char *to, unsigned flags),
     (fromdir, from, todir, to, flags))
CALL(int, link, (const char *from, const char *to), (from, to))
CALL(int, linkat, (int fromdir, const char *from, int todir, const char *to, int flags),
     (fromdir, from, todir, to, flags))

CALL(int, truncate, (const char *path, off_t size), (path, size))
CALL(int, truncate64, (const char *path, off_t size), (path, size))
CALL(int, ftruncate, (int fd, off_t size), (fd, size))
CALL(int, ftruncate64, (int fd, off_t size), (fd, size))

/* everything else that programs do by number */
CALL(long, syscall, (long number, long a, long b, long c, long d, long e, long f),
     (number, a, b, c, d, e, f))

#undef DATA_CALL
