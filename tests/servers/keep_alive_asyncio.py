# SPDX-License-Identifier: ISC
"""keep_alive_asyncio.py PORT FILE: HTTP/1.1, connections are kept; answers with what FILE was at the start."""
import asyncio
import sys


async def serve(reader, writer, answer):
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(port, path):
    with open(path, "rb") as file:
        version = file.read()
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(version)}\r\n\r\n".encode() + version
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, answer), "127.0.0.1", port, backlog=1024
    )
    async with server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
