/* SPDX-License-Identifier: ISC */
#include "supervisor/state/escape.h"

#include "tap.h"

static const struct {
    const char *text, *want, *what;
} cases[] = {
    {"", "", "nothing"},
    {"tcp 127.0.0.1:80", "tcp 127.0.0.1:80", "printable text"},
    {"b\xc3\xbcro \xe2\x82\xac \xf0\x9f\x98\x80", "b\xc3\xbcro \xe2\x82\xac \xf0\x9f\x98\x80",
     "UTF-8"},
    {"x\ngrace[1]: y", "x\\x0agrace[1]: y", "a newline begins no line"},
    {"\r\t\v", "\\x0d\\x09\\x0b", "other control characters"},
    {"\x1b[2J", "\\x1b[2J", "an escape sequence"},
    {"\x7f", "\\x7f", "DEL"},
    {"\xc2\x9b"
     "2J",
     "\\xc2\\x9b"
     "2J",
     "CSI of C1"},
    {"\xe2\x80\xa8", "\\xe2\\x80\\xa8", "a line separator"},
    {"a\xe2\x80\xae"
     "b",
     "a\\xe2\\x80\\xae"
     "b",
     "an override of direction"},
    {"\xff\xfe", "\\xff\\xfe", "no UTF-8"},
    {"\xc3", "\\xc3", "a character that is cut off"},
    {"\xc0\x8a", "\\xc0\\x8a", "a newline in two bytes"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80", "half a surrogate pair"},
};

int main(void)
{
    char text[64], small[8];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        escape_text(text, sizeof text, cases[i].text);
        is_str(text, cases[i].want, "%s", cases[i].what);
    }
    is_int((long)escape_text(small, sizeof small, "abc\n\n"), 7, "no half escape at the end");
    is_str(small, "abc\\x0a", "of what there is no room for");
    is_int((long)escape_text(small, sizeof small, "abcdefghij"), 7, "as long as there is room");
    return done();
}
