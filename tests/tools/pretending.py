# SPDX-License-Identifier: ISC
"""The socket of a supervisor in DIRECTORY, which answers any request with what FILE holds.

pretending.py DIRECTORY FILE"""
import os
import socket
import sys

directory, file = sys.argv[1:]
path = f"{directory}/{os.getpid()}"
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
os.rename(path, path + ".sock")  # whoever sees it can connect
while True:
    client = listener.accept()[0]
    client.recv(100)
    with open(file, "rb") as answer:
        client.sendall(answer.read())
    client.close()
