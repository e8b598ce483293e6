# SPDX-License-Identifier: ISC
"""asyncio_http.py PORT FILE: HTTP/1.0; answers with what FILE was at the start, or /env."""
import asyncio
import os
import sys


def body_of(request, version):
    if request.startswith(b"GET /env "):
        return "".join(f"{name}={value}\n" for name, value in os.environ.items()).encode()
    return version


async def serve(reader, writer, version):
    request = await reader.readuntil(b"\r\n\r\n")
    body = body_of(request, version)
    head = f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()


async def main(port, path):
    with open(path, "rb") as file:
        version = file.read()
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, version), "127.0.0.1", port
    )
    async with server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
