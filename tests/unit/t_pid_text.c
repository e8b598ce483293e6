/* SPDX-License-Identifier: ISC */
#include "process/pid_text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "libc/real.h"
#include "tap.h"

struct real real = {.close = close, .ftruncate = ftruncate};

static char path[] = "/tmp/t_pid_text.XXXXXX";
static int file;

static void put(const char *text)
{
    if (ftruncate(file, 0) < 0 || pwrite(file, text, strlen(text), 0) != (ssize_t)strlen(text))
        abort();
}

static const char *get(void)
{
    static char text[2 * PID_TEXT_SIZE + 1];

    memset(text, 0, sizeof text);
    return pread(file, text, sizeof text - 1, 0) < 0 ? "?" : text;
}

static void test_read(void)
{
    static const struct {
        const char *text;
        int pid;
        bool empty, padded;
    } cases[] = {
        {"1234\n", 1234, false, false},
        {"1234", 1234, false, false},
        {"1234 \r\n", 1234, false, false},
        {"                             123\n", 123, false, true},
        {"", 0, true, false},
        {"\n", 0, false, true},
        {"1234\n/var/lib/postgresql\n", 0, false, false},
        {"1234:host", 0, false, false},
        {"host", 0, false, false},
        {"-5", 0, false, false},
        {"99999999999", 0, false, false},
        {"1                                                              \n", 0, false, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pid_text t;

        put(cases[i].text);
        t = pid_text_read(file);
        is_int(t.pid, cases[i].pid, "\"%s\"", cases[i].text);
        is_int(t.empty, cases[i].empty, "whether it is empty");
        is_int(t.padded, cases[i].padded, "whether it is padded");
    }
}

static void test_write(void)
{
    put("1234\n");
    ok(pid_text_write(file, 7), "in place of a longer one");
    is_str(get(), "7\n", "what follows stays");
    put("7");
    pid_text_write(file, 1234);
    is_str(get(), "1234", "in place of a shorter one");
    put("   7\n");
    pid_text_write(file, 1234);
    is_str(get(), "1234\n", "of one that was padded");
    put("");
    pid_text_write(file, 12);
    is_str(get(), "12\n", "where there was none");
}

static void test_descriptors(void)
{
    int to = open(path, O_WRONLY), from = open(path, O_RDONLY);

    put("99\n");
    is_int(pid_text_read(to).pid, 99, "read where the descriptor writes");
    ok(pid_text_write(from, 100), "written where it reads");
    ok(pid_text_write(to, 101), "and where it writes");
    is_str(get(), "101\n", "the last");
    ok(!pid_text_write(-1, 1), "not where there is no file");
    is_int(pid_text_read(-1).empty, false, "which is not empty");
    close(to);
    close(from);
}

int main(void)
{
    file = mkstemp(path);
    test_read();
    test_write();
    test_descriptors();
    unlink(path);
    return done();
}
