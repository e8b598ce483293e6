# SPDX-License-Identifier: ISC
# version.tcl PORT FILE: answers with what FILE was at the start.
lassign $argv port path
set file [open $path]
set version [read $file]
close $file

proc answer {client} {
    if {[gets $client line] > 0 || ([fblocked $client] && ![eof $client])} return
    if {![eof $client]} {
        puts -nonewline $client "HTTP/1.0 200 OK\r\n\r\n$::version"
    }
    close $client
}

proc serve {client address port} {
    fconfigure $client -blocking 0 -translation {crlf lf}
    fileevent $client readable [list answer $client]
}

socket -server serve -myaddr 127.0.0.1 $port
vwait forever
