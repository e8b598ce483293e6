// SPDX-License-Identifier: ISC
// A server of node's http module: GET / is answered with the version. It knows nothing of restarts.
const http = require('http');

const version = '1';
const port = Number(process.argv[2] || 8080);

const server = http.createServer((request, response) => {
    const found = request.url === '/';
    response.writeHead(found ? 200 : 404, { 'Content-Type': 'text/plain' });
    response.end(found ? `version ${version}\n` : 'no such page\n');
});

server.listen(port, '127.0.0.1');
