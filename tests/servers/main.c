/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

pid_t main_pid;

void sleep_ms(unsigned ms)
{
    struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    while (nanosleep(&rest, &rest) == -1 && errno == EINTR)
        continue;
}

static void print_fds(void)
{
    char *text = inspect_fds();
    fputs(text, stdout);
    fflush(stdout);
    free(text);
}

int main(int argc, char **argv)
{
    main_pid = getpid();
    options_parse(argc, argv);
    if (config.serve_fd != -1) {
        connection_serve_blocking(config.serve_fd);
        return 0;
    }
    if (config.print_fds)
        print_fds();
    sleep_ms(config.start_ms);
    fault_before_bind();
    settle_before_bind();
    listeners_bind();
    hup_prepare(); /* after bind, as most servers do */
    fault_before_listen();
    listeners_listen();
    fault_after_listen();
    settle_after_listen();
    model_run();
    return 1;
}
