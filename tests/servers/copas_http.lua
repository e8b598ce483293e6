-- SPDX-License-Identifier: ISC
-- copas_http.lua PORT FILE: answers with what FILE was at the start.
local copas = require 'copas'
local socket = require 'socket'

local port, path = arg[1], arg[2]
local version = assert(io.open(path)):read('*a')

local function answer(client)
    client = copas.wrap(client)
    repeat
        local line = client:receive()
    until not line or line == ''
    client:send('HTTP/1.0 200 OK\r\nContent-Length: ' .. #version .. '\r\n\r\n' .. version)
end

copas.addserver(assert(socket.bind('127.0.0.1', port, 128)), answer)
copas.loop()
