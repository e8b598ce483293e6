// SPDX-License-Identifier: ISC
// cluster.js PORT FILE: http.js in two workers, which the primary hands connections to.
const cluster = require('cluster');

if (cluster.isPrimary) {
    cluster.fork();
    cluster.fork();
} else {
    require('./http.js');
}
