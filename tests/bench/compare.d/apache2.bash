# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
packages=(apache2-bin)
ways=(graceful grace)
restarts_by USR1 graceful
remark='MPM event; more ServerLimit than the processes it needs, for those that finish; KeepAliveTimeout 600'
unable 'it has no application that takes a second to start' slow-boot
unable 'it has no application that grows' large
unable 'it closes connections as they ask when so many rest, restart or not' many

# No process is ended for having nothing to do: that closes connections that rest, at any time.
configure() {
    publish "$1"
    replace "$DIR/apache.conf" <<END
ServerRoot "/usr/lib/apache2"
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule dir_module modules/mod_dir.so
PidFile $DIR/apache.pid
DefaultRuntimeDir $DIR
Mutex file:$DIR default
ServerName localhost
Listen 127.0.0.1:$PORT
User www-data
Group www-data
ErrorLog $DIR/error.log
DocumentRoot $DIR/release-$1
DirectoryIndex index.html
KeepAliveTimeout 600
MaxKeepAliveRequests 0
StartServers 4
ThreadsPerChild 64
ServerLimit 16
MaxRequestWorkers 256
MinSpareThreads 1
MaxSpareThreads 1024
END
    daemon_command apache2 -DFOREGROUND -f "$DIR/apache.conf"
}

break_it() {
    echo 'NoSuchDirective on' >>"$DIR/apache.conf"
}

# It looks at the configuration before it sends the signal, as apachectl does.
way_graceful() {
    apache2 -f "$DIR/apache.conf" -k graceful
}
