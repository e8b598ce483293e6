/* SPDX-License-Identifier: ISC */
#include "probe_request.h"

#include <sys/socket.h>

#include "command_line/option.h"

static struct question bytes_of(const char *option, const char *text)
{
    struct question question = {0};

    if (text == NULL)
        return question;
    question = question_raw(text);
    if (question.bytes == NULL)
        option_error("%s '%s' is empty or has an escape other than \\r \\n \\t \\\\ \\xHH", option,
                     text);
    return question;
}

static void set_acknowledgement(struct plan *plan, const struct request_words *words)
{
    if (words->acknowledge == NULL)
        return;
    if (plan->address.type != SOCK_DGRAM || plan->address.to.ss_family == AF_UNIX)
        option_error("--acknowledge is for udp:");
    if (!plan_only(plan, KIND_BIT(KIND_NEW) | KIND_BIT(KIND_SLOW)))
        option_error("--acknowledge is for new and slow clients only; see --clients");
    plan->acknowledgement = bytes_of("--acknowledge", words->acknowledge);
    plan->address.any_port = true;
}

static void set_raw(struct plan *plan, const struct request_words *words)
{
    plan->question = bytes_of("--send", words->send);
    if (words->send == NULL && plan->address.type == SOCK_DGRAM)
        option_error("'%s' needs --send and --expect: what to say, and what an answer holds",
                     plan->url);
    if (plan->judge.expect == NULL && !plan_only(plan, KIND_BIT(KIND_CONNECT)))
        option_error("'%s' needs --expect: what an answer holds; and --send, what to say, unless "
                     "the server speaks first",
                     plan->url);
    plan->keep_question = plan->slow_question = plan->question;
    set_acknowledgement(plan, words);
}

static void set_http(struct plan *plan, const struct request_words *words)
{
    const struct address *address = &plan->address;
    const char *path = address->path, *slow = words->slow_path;

    if (slow != NULL && *slow != '/')
        option_error("--slow-path '%s' has to begin with /", slow);
    plan->question = question_http(path, address->host, words->headers, words->data, false);
    plan->keep_question = question_http(path, address->host, words->headers, words->data, true);
    plan->slow_question = question_http(slow != NULL ? slow : path, address->host, words->headers,
                                        words->data, false);
}

void request_plan(struct plan *plan, const struct request_words *words)
{
    if (words->send != NULL || plan->address.plain) {
        if (words->data != NULL || words->slow_path != NULL || *words->headers != '\0')
            option_error("--data, --header and --slow-path are for HTTP");
        plan->address.http = false;
        set_raw(plan, words);
    } else {
        if (words->acknowledge != NULL)
            option_error("--acknowledge is for udp:");
        set_http(plan, words);
    }
}
