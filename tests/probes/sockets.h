/* SPDX-License-Identifier: ISC */
/* Sockets for the probes: listeners on addresses that nobody else has, and their clients. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <sys/socket.h>

/* A listener of 127.0.0.1 on a port of the kernel's choice; flags as for socket(). */
int tcp_listener(int flags);
int unix_listener(const char *path, int type);

/* A blocking socket that is connected to it. */
int client_of(int listener);

/* A connection: returns the accepted end and stores the client's. */
int connection(int listener, int *client);

/* The address a socket is bound to. */
socklen_t address_of(int fd, struct sockaddr_storage *addr);
int bind_unix(int fd, const char *path);
int bind_loopback(int fd, int port);
int connect_unix(const char *path, int type);
int port_of(int fd);

/* Does a client get through to the accept() of this process? Prints it. */
void show_served(const char *what, int listener);
/* By this path, which need not be the one it was bound to. */
void show_served_at(const char *path, int listener);

/* Has the other end of this socket been closed? Prints it. */
void show_end(const char *what, int fd);

#endif
