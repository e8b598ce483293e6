<?php
// SPDX-License-Identifier: ISC
// sockets.php PORT FILE: answers with what FILE was at the start, by the extension of that name.
$body = file_get_contents($argv[2]);
$listener = socket_create_listen((int)$argv[1], 128);
while ($client = socket_accept($listener)) {
    $head = '';
    while (!str_contains($head, "\r\n\r\n") && ($more = socket_read($client, 4096)) != '')
        $head .= $more;
    socket_write($client, "HTTP/1.0 200 OK\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body");
    socket_close($client);
}
