// SPDX-License-Identifier: ISC
// keep_alive_http.js PORT FILE [chunked]: connections are kept; answers with what FILE was at the start.
const fs = require('fs');
const http = require('http');

const [port, file, framing] = process.argv.slice(2);
const version = fs.readFileSync(file);

const server = http.createServer((request, response) => {
    if (framing !== 'chunked') {
        response.setHeader('Content-Length', version.length);
    }
    response.write(version);
    response.end();
});
server.keepAliveTimeout = 600000;
server.listen(Number(port), '127.0.0.1');
