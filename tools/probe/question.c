/* SPDX-License-Identifier: ISC */
#include "probe/question.h"

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct question question_http(const char *path, const char *host, const char *headers,
                              const char *data, bool keep)
{
    struct question question;
    bool own_host = strncasecmp(headers, "Host:", 5) == 0 || strcasestr(headers, "\nHost:") != NULL;
    char length[48] = "";

    if (data != NULL)
        snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(data));
    int written = asprintf(
        &question.bytes, "%s %s HTTP/1.1\r\n%s%s%s%s%s%s\r\n%s", data != NULL ? "POST" : "GET",
        path, own_host ? "" : "Host: ", own_host ? "" : host, own_host ? "" : "\r\n",
        keep ? "" : "Connection: close\r\n", length, headers, data != NULL ? data : "");
    if (written < 0)
        err(1, NULL);
    question.length = (size_t)written;
    return question;
}

/* The byte that an escape sequence stands for, and where it ends; -1 if it is none. */
static int unescape(const char **text)
{
    char hex[3] = "";

    switch (*++*text) {
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '\\':
        return '\\';
    case 'x':
        if (!isxdigit((unsigned char)(*text)[1]) || !isxdigit((unsigned char)(*text)[2]))
            return -1;
        memcpy(hex, *text + 1, 2);
        *text += 2;
        return (int)strtoul(hex, NULL, 16);
    default:
        return -1;
    }
}

struct question question_raw(const char *text)
{
    struct question question = {.bytes = malloc(strlen(text) + 1)};

    if (question.bytes == NULL)
        err(1, NULL);
    for (; *text != '\0'; text++) {
        int byte = *text == '\\' ? unescape(&text) : (unsigned char)*text;
        if (byte == -1)
            goto fail;
        question.bytes[question.length++] = (char)byte;
    }
    if (question.length > 0)
        return question;
fail:
    free(question.bytes);
    return (struct question){0};
}
