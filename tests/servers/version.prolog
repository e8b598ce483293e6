% SPDX-License-Identifier: ISC
% version.prolog PORT FILE: answers with what FILE was at the start.
:- use_module(library(http/thread_httpd)).
:- use_module(library(readutil)).

:- initialization(main, main).
:- dynamic version/1.

main([Port, File]) :-
    read_file_to_string(File, Version, []),
    assertz(version(Version)),
    atom_number(Port, Number),
    http_server(answer, [port('127.0.0.1':Number), workers(2)]),
    thread_get_message(_).

answer(_Request) :-
    version(Version),
    format('Content-Type: text/plain~n~n~s', [Version]).
