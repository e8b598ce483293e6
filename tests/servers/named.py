# SPDX-License-Identifier: ISC
"""named.py PORT NAMES-PORT NAMES-PATH [VIA [FILE]]: starts the name service, has a name there ("node-PID",
through its PORT, or its PATH where VIA is "path"; when there is FILE), and only then serves, with "version 1"."""
import os
import socket
import subprocess
import sys
import time

from serving import listening, serve

port, names_port, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
by_path = sys.argv[4:5] == ["path"]
subprocess.run([sys.executable, os.path.join(sys.path[0], "naming.py"), str(names_port), path], check=True)
while sys.argv[5:] and not os.path.exists(sys.argv[5]):
    time.sleep(0.01)
while True:
    try:
        if by_path:
            names = socket.socket(socket.AF_UNIX)
            names.connect(path)
        else:
            names = socket.create_connection(("127.0.0.1", names_port))
        names.sendall(b"node-%d\n" % os.getpid())
        assert names.recv(10) == b"ok\n"
        break
    except OSError:
        time.sleep(0.01)
serve(listening(port), body="version 1")
