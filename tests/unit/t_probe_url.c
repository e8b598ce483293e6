/* SPDX-License-Identifier: ISC */
#include "probe/url.h"

#include <sys/un.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "tap.h"

static struct address address;

static const char *read_url(const char *url)
{
    return address_read(&address, url);
}

static unsigned port(void)
{
    return ntohs(((struct sockaddr_in *)&address.to)->sin_port);
}

static const char *unix_path(void)
{
    return ((struct sockaddr_un *)&address.to)->sun_path;
}

static void test_http(void)
{
    is_str(read_url("http://127.0.0.1:8080/a/b?c=d"), NULL, "a URL");
    ok(address.http && !address.tls && address.type == SOCK_STREAM, "of HTTP");
    is_int(port(), 8080, "with its port");
    is_str(address.path, "/a/b?c=d", "its path");
    is_str(address.host, "127.0.0.1:8080", "and its host, as the server is told");
    is_str(address.name, "", "an address is no name for TLS");
    is_str(read_url("http://127.0.0.1"), NULL, "without port and path");
    is_int(port(), 80, "it is the usual port");
    is_str(address.path, "/", "and the root");
    is_str(read_url("https://localhost/x"), NULL, "a name, and TLS");
    ok(address.http && address.tls, "are both known");
    is_int(port(), 443, "with another usual port");
    is_str(address.name, "localhost", "the name is for TLS");
}

static void test_ipv6(void)
{
    const struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address.to;

    is_str(read_url("http://[::1]:81/"), NULL, "IPv6 stands in brackets");
    ok(in6->sin6_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr), "and is that");
    is_int(ntohs(in6->sin6_port), 81, "with its port");
    is_str(read_url("tcp://[::1]"), "the port is missing: HOST:PORT", "of TCP a port is needed");
    ok(read_url("http://::1/") != NULL, "without brackets it is not understood");
    ok(read_url("http://[::1]x/") != NULL, "nor with something behind them");
    ok(read_url("http://[::1/") != NULL, "nor with one of them");
}

static void test_unix(void)
{
    char url[200] = "unix:/";

    is_str(read_url("unix:/run/x.sock"), NULL, "a UNIX socket");
    is_str(unix_path(), "/run/x.sock", "by its path");
    ok(address.http && !address.plain, "may speak HTTP or not");
    is_str(read_url("http://unix:/run/x.sock:/a"), NULL, "one that speaks HTTP");
    is_str(unix_path(), "/run/x.sock", "has its path");
    is_str(address.path, "/a", "and one of the URL");
    is_str(address.host, "localhost", "and a host of HTTP");
    is_str(read_url("unix:@abstract"), NULL, "an abstract one");
    ok(memcmp(unix_path(), "\0abstract", 9) == 0, "begins with a zero byte");
    is_int(address.length, (int)(sizeof(sa_family_t) + 9), "and is as long as its name");
    is_str(read_url("unixgram:/run/x"), NULL, "one for datagrams");
    ok(address.type == SOCK_DGRAM && address.plain, "is no HTTP");
    memset(url + 6, 'x', 150);
    is_str(read_url(url), "the path is too long for a UNIX socket", "there is a limit");
    ok(read_url("unix:") != NULL, "and there has to be one");
}

static void test_others(void)
{
    is_str(read_url("udp://127.0.0.1:53"), NULL, "UDP");
    ok(address.type == SOCK_DGRAM && address.plain && !address.tls, "is that");
    is_str(read_url("tls://localhost:993"), NULL, "TLS without HTTP");
    ok(address.tls && address.plain, "is that");
    ok(read_url("tcp://127.0.0.1:1/path") != NULL, "it has no path");
    is_str(read_url("http://127.0.0.1:0/"), "the port isn't a number from 1 to 65535", "port 0");
    is_str(read_url("http://127.0.0.1:65536/"), "the port isn't a number from 1 to 65535",
           "a port that is none");
    is_str(read_url("http://127.0.0.1:8080x/"), "the port isn't a number from 1 to 65535",
           "nor is that");
    ok(read_url("http://127.0.0.1:8080?x") != NULL, "a path begins with a slash");
    ok(read_url("http://user@127.0.0.1/") != NULL, "users are not known");
    ok(read_url("http:///x") != NULL, "a host is needed");
    ok(read_url("ftp://127.0.0.1/") != NULL, "a scheme that is not known");
    ok(read_url("127.0.0.1:80") != NULL, "or none");
}

int main(void)
{
    test_http();
    test_ipv6();
    test_unix();
    test_others();
    return done();
}
