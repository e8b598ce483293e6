// SPDX-License-Identifier: ISC
// http.js PORT FILE: answers with what FILE was at the start.
const fs = require('fs');
const http = require('http');

const [port, file] = process.argv.slice(2);
const version = fs.readFileSync(file);

http.createServer((request, response) => {
    response.writeHead(200, {
        'Content-Type': 'text/plain',
        'Content-Length': version.length,
        Connection: 'close',
    });
    response.end(version);
}).listen(Number(port), '127.0.0.1');
