# SPDX-License-Identifier: ISC
"""leasing.py SERVER-PORT CLIENT-PORT NUMBER: be the DHCP client with that number, on loopback.

Prints the address that the server has acknowledged; its last bytes are the client's hardware address.
"""
import socket
import struct
import sys

server, port, number = map(int, sys.argv[1:])
hardware = b"\x02\0\0\0" + struct.pack("!H", number)
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5


def packet(kind, *options):
    head = struct.pack("!BBBBIHH16x", 1, 1, 6, 0, number, 0, 0x8000) + hardware + bytes(10 + 192)
    body = b"\x63\x82\x53\x63\x35\x01" + bytes([kind]) + b"".join(options) + b"\xff"
    return (head + body).ljust(300, b"\0")


def option(code, value):
    return bytes([code, len(value)]) + value


def answer(kind):
    """Skips what is meant for other clients."""
    while True:
        got = sock.recv(1500)
        if got[4:8] == struct.pack("!I", number) and b"\x35\x01" + bytes([kind]) in got[240:]:
            return got[16:20]


sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(20)
sock.bind(("0.0.0.0", port))
sock.sendto(packet(DISCOVER), ("127.0.0.1", server))
offered = answer(OFFER)
sock.sendto(
    packet(REQUEST, option(50, offered), option(54, socket.inet_aton("127.0.0.1"))),
    ("127.0.0.1", server),
)
print(socket.inet_ntoa(answer(ACK)))
