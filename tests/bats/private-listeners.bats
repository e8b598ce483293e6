# SPDX-License-Identifier: ISC
# Sockets that no client of the server knows of: those that it opens for one client, or to ask
# others. No restart waits for them, or says that they are gone.
load scripted

setup() {
    export GRACE_SETTLE=60s # in vain
}

# nothing_is_missed LISTENERS: restarts do not wait for more than so many, and miss none.
nothing_is_missed() {
    "$GRACE" restart "$PID" || dump_log
    "$GRACE" restart "$PID" || dump_log
    log_has "generation 3 ready in [0-9]+ ms \($1 listener" || dump_log
    log_lacks 'not served|released|too many|not waited on'
}

@test "datagram sockets of a child for one client, and of a process that asks others, on a port that the kernel chose" {
    start_version <<END
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (2000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
service = bound($PORT, type=socket.SOCK_DGRAM)
asking = [bound(("127.0.0.1", 0), type=socket.SOCK_DGRAM) for _ in range(1100)]
select.select([asking[0]], [], [], 0)
if os.fork() == 0:
    one = bound(("127.0.0.1", 0), type=socket.SOCK_DGRAM)
    one.recvfrom(1)
while True:
    select.select([service], [], [])
END
    nothing_is_missed 1
}

@test "a datagram socket that is connected to its client" {
    local other
    other=$(free_port)
    start_version <<END
service = bound($PORT, type=socket.SOCK_DGRAM)
client = bound($other, type=socket.SOCK_DGRAM)
client.connect(("127.0.0.1", $(free_port)))
if os.fork() == 0:
    client.recv(1)
client.close()
while True:
    select.select([service], [], [])
END
    nothing_is_missed 1
}
