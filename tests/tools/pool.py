# SPDX-License-Identifier: ISC
"""A manager of programs that share one listener, as supervisord's fcgi-program: pool.py PORT DIRECTORY COMMAND...

Each command, a line for the shell, gets the listener as standard input; its number, from 0, is in
POOLED, and its pid in DIRECTORY/pooled.NUMBER. The manager has the listener open and never accepts."""
import os
import socket
import subprocess
import sys

port, directory, *commands = sys.argv[1:]
listener = socket.create_server(("127.0.0.1", int(port)), backlog=128)
children = []
for number, command in enumerate(commands):
    child = subprocess.Popen(
        "exec " + command, shell=True, stdin=listener, env=dict(os.environ, POOLED=str(number))
    )
    with open(f"{directory}/pooled.{number}", "w") as file:
        file.write(str(child.pid))
    children.append(child)
for child in children:
    child.wait()
