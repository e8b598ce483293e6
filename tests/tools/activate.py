# SPDX-License-Identifier: ISC
"""Socket activation: listens, then executes a command with the socket as descriptor 3.

activate.py [--no-variables | --datagram | --again] PORT COMMAND...; --again: keeps the socket, and executes the
command in a child, anew whenever that ends."""
import os
import socket
import sys

args = sys.argv[1:]
option = args.pop(0) if args[0].startswith("--") else None
variables = option != "--no-variables"
if option == "--datagram":
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", int(args[0])))
else:
    listener = socket.create_server(("127.0.0.1", int(args[0])), backlog=128)
os.dup2(listener.fileno(), 3, inheritable=True)
os.set_inheritable(3, True)
while option == "--again" and (child := os.fork()):
    os.waitpid(child, 0)
if variables:
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.environ["LD_PRELOAD"] = os.environ.pop("ACTIVATED_PRELOAD")
os.execvp(args[1], args[1:])
