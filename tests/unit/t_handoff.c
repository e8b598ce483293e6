/* SPDX-License-Identifier: ISC */
#include "protocol/handoff.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static char variable[HANDOFF_SIZE];

static const struct handoff sample = {.fds = {.each = {1000, 1001, 1002, 1003, -1}},
                                      .restart_signal = 1,
                                      .keep_children = true,
                                      .command = 4711,
                                      .library = "/usr/lib/libgrace.so"};

static void test_round_trip(void)
{
    struct handoff h = {0};

    ok(handoff_format(&sample, variable), "a handoff can be written");
    is_str(variable, "GRACE_HANDOFF=3:1000:1001:1002:1003:0:1:1:0:4711:/usr/lib/libgrace.so",
           "as documented");
    ok(handoff_parse(&h, strchr(variable, '=') + 1), "and read");
    is_int(h.fds.control, 1000, "control");
    is_int(h.fds.bell, 1001, "bell");
    is_int(h.fds.memory, 1002, "memory");
    is_int(h.fds.record, 1003, "record");
    is_int(h.fds.fifo, -1, "no FIFO either");
    is_int(h.restart_signal, 1, "signal");
    ok(h.keep_children, "keep");
    is_int(h.command, 4711, "command");
    is_str(h.library, "/usr/lib/libgrace.so", "library");
}

static void test_extremes(void)
{
    struct handoff h = sample;
    char path[5000];

    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[4095] = '\0';
    h = (struct handoff){{.each = {999999999, 6, 7, 8, 9}}, 64, false, true, 999999999, path};
    ok(handoff_format(&h, variable), "the longest path");
    ok(strlen(variable) < HANDOFF_SIZE, "fits");
    ok(handoff_parse(&h, strchr(variable, '=') + 1), "and is read");
    is_int(h.fds.control, 999999999, "the highest number");
    ok(!h.keep_children, "keep is off");
    ok(h.bystander, "and it is a bystander");
    is_int((long long)strlen(h.library), 4095, "all of the path");
    path[4095] = 'x';
    path[4096] = '\0';
    h.library = path;
    ok(!handoff_format(&h, variable), "a longer path is refused");
    h = sample;
    h.fds.control = -1;
    ok(handoff_format(&h, variable) && !handoff_parse(&h, strchr(variable, '=') + 1),
       "no descriptor is no handoff");
}

static void test_garbage(void)
{
    static const char *const garbage[] = {
        "",
        ":",
        "3",
        "3:",
        "3:2:3:4:8:9:5:0:1:7",
        "3:2:3:4:8:9:5:0:1:7:",
        "3:2:3:4:8:9:5:0:1:7:relative",
        "3:2:3:4:8:9:5:0:1:/lib",
        "3:2:3:4:8:9:5:0:1:x:/lib",
        "3::3:4:8:9:5:0:1:7:/lib",
        "3:-2:3:4:8:9:5:0:1:7:/lib",
        "3: 2:3:4:8:9:5:0:1:7:/lib",
        "3:2:3:4:8:9:5:0:1:7 :/lib",
        "3:9999999999:3:4:8:9:5:0:1:7:/lib",
        "2:2:3:4:8:9:5:0:1:7:/lib",
        "0:2:3:4:8:9:5:0:1:7:/lib",
        "x:2:3:4:8:9:5:0:1:7:/lib",
        "/lib",
    };
    struct handoff h;

    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++)
        ok(!handoff_parse(&h, garbage[i]), "garbage: '%s'", garbage[i]);
}

int main(void)
{
    test_round_trip();
    test_extremes();
    test_garbage();
    return done();
}
