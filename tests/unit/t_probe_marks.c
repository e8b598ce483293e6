/* SPDX-License-Identifier: ISC */
/* What is written at axes and marks: numbers, times, text from outside. */
#include <limits.h>
#include <stdlib.h>

#include "probe/picture/axis.h"
#include "probe/words/figures.h"
#include "probe/words/xml.h"
#include "tap.h"

static const int64_t ms = 1000000, s = 1000000000;

static void durations(void)
{
    static const struct {
        int64_t ns;
        const char *want;
    } cases[] = {
        {0, "0 ms"},
        {499, "0 ms"},
        {4000, "0.004 ms"},
        {300000, "0.30 ms"},
        {999400, "1.0 ms"},
        {1200000, "1.2 ms"},
        {99960000, "100 ms"},
        {999400000, "999 ms"},
        {999600000, "1.00 s"},
        {1250000000, "1.25 s"},
        {12500000000, "12.5 s"},
        {59950000000, "1 min 00 s"},
        {125000000000, "2 min 05 s"},
        {3600000000000, "1 h 00 min"},
        {INT64_MAX, "2562047 h 47 min"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        is_str(figure_duration(cases[i].ns).text, cases[i].want, "%lld ns", (long long)cases[i].ns);
}

static void counts(void)
{
    is_str(figure_count(0).text, "0", "nothing");
    is_str(figure_count(999).text, "999", "three digits");
    is_str(figure_count(12345).text, "12,345", "thousands");
    is_str(figure_count(UINT64_MAX).text, "18,446,744,073,709,551,615", "all digits");
}

static void axes(void)
{
    struct axis_log axis = axis_log_make(130, 40000, 6);

    is_int((long long)axis_step(5400, 4), 2000, "a step of 1, 2 or 5");
    is_int((long long)axis_step(4000, 4), 1000, "one that fits exactly");
    is_int((long long)axis_ceiling(5400), 6000, "the top of an axis");
    is_int((long long)axis_ceiling(0.2), 2, "has a whole half");
    is_int(axis.low, 2, "a logarithmic axis begins below");
    is_int(axis.high, 5, "and ends above");
    ok(axis_log_place(&axis, 100) <= 0 && axis_log_place(&axis, 1) <= 0, "its lower end");
    ok(axis_log_place(&axis, 1e5) >= 1 && axis_log_place(&axis, 1e9) <= 1, "its upper end");
    is_str(axis_log_label(2).text, "0.1 ms", "its labels");
    is_str(axis_log_label(7).text, "10 s", "for long times");
    axis = axis_log_make(1, 4e9, 6);
    is_int(axis.high - axis.low, 6, "no more powers than asked for");
    axis = axis_log_make(1000, 1000, 6);
    ok(axis.low < axis.high, "one value has an axis, too");
}

static void times(void)
{
    is_int(axis_time_step(10 * s, 10), s, "10 s");
    is_int(axis_time_step(5 * ms, 10), 500000, "5 ms");
    is_int(axis_time_step(3600 * s, 10), 600 * s, "an hour");
    is_int(axis_time_step(10 * 86400 * s, 10), 86400 * s, "ten days");
    is_str(axis_time(0, s).text, "0", "the beginning");
    is_str(axis_time(200 * ms, 900 * ms).text, "200 ms", "less than a second");
    is_str(axis_time(1500 * ms, 10 * s).text, "1.5 s", "seconds");
    is_str(axis_time(150 * s, 600 * s).text, "2:30 min", "minutes");
    is_str(axis_time(3900 * s, 7200 * s).text, "1:05 h", "hours");
}

static void is_xml(const char *text, unsigned most, const char *want, const char *what)
{
    char *got;
    size_t size;
    FILE *out = open_memstream(&got, &size);

    xml_text(out, text, most);
    fclose(out);
    is_str(got, want, "%s", what);
    free(got);
}

static void texts(void)
{
    is_xml("a<b>&\"", UINT_MAX, "a&lt;b&gt;&amp;&quot;", "markup");
    is_xml("\x01"
           "a\x1b\x7f\t",
           UINT_MAX, "a\x7f&#9;", "control characters that are forbidden");
    is_xml("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", UINT_MAX, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
           "UTF-8");
    is_xml("\xff\xc3", UINT_MAX, "\xef\xbf\xbd\xef\xbf\xbd", "no UTF-8");
    is_xml("\xed\xa0\x80", UINT_MAX, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "half a pair");
    is_xml("\xc0\xbc", UINT_MAX, "\xef\xbf\xbd\xef\xbf\xbd", "a '<' in two bytes");
    is_xml("\xef\xbf\xbe\xef\xbf\xbf", UINT_MAX, "", "characters that are none");
    is_xml("abc", 3, "abc", "as long as may be");
    is_xml("\xc3\xa4&cd", 2, "\xc3\xa4&amp;\xe2\x80\xa6", "longer");
}

int main(void)
{
    durations();
    counts();
    axes();
    times();
    texts();
    return done();
}
