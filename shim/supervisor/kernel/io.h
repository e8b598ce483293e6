/* SPDX-License-Identifier: ISC */
/*
 * Reading, writing and opening without waiting, whatever the other side does.  O_NONBLOCK does not
 * promise that where a description is shared: who shares it can clear the flag at any time.
 */
#ifndef GRACE_SUPERVISOR_KERNEL_IO_H
#define GRACE_SUPERVISOR_KERNEL_IO_H

#include <sys/socket.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* read() of a shared eventfd or pipe; -1 with EAGAIN when nothing is there. */
ssize_t io_read(int fd, void *buf, size_t size);

/* write() to what others have open, too: a pipe, a terminal, a socket, a file. All of it, or false:
 * it would have to wait, or nobody will read it. */
bool io_write(int fd, const void *buf, size_t size);

/* Opens a regular file, or where `device` a character device too, that is no symbolic link. -1 with
 * errno, which is 0 when it is something else: see io_error(). */
int io_open(int dir, const char *name, int flags, bool device);
const char *io_error(void);

/* The directory of the file of this absolute path, and the file's name in it, where others can
 * change what is on the way: a descriptor to work below (O_PATH), or -1 with errno.  Symbolic links
 * are followed where root or our user made them in a directory of theirs, as /var/run is one; -1
 * with ELOOP at any other. */
int io_open_directory(const char *path, const char **name);

/* Opens what that process (0: this one) has at the number: a description of our own, which nobody
 * else can make blocking. -1 with errno. */
int io_reopen(pid_t pid, int fd, int flags);

/* One message, without waiting, and who has sent it as the kernel says (SO_PASSCRED): pid 0 is in
 * no namespace of ours, user IO_NOBODY at end of file.  What came with it, `*n` descriptors at most
 * of IO_FDS, goes into fds; without fds the kernel throws it away itself: our own close() of an
 * alien descriptor would be a leak if it were forgotten, and wait for its file system.  -1 with
 * errno. */
#define IO_NOBODY ((uid_t)-1)
enum { IO_FDS = 16 };
ssize_t io_receive(int sock, void *buf, size_t size, struct ucred *sender, int *fds, unsigned *n);

/* The same, and the message stays for the next one who receives; its descriptors, too. */
ssize_t io_peek(int sock, void *buf, size_t size, struct ucred *sender);

/* An int of SOL_SOCKET, or -1. */
int io_socket_option(int fd, int option);

/* What the kernel calls this socket, whoever has it; 0: it is none. */
uint64_t io_socket_cookie(int fd);

/* close() of what may be a socket of others: SO_LINGER, which they set, would make it wait. */
void io_close_socket(int fd);

#endif
