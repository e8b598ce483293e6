# SPDX-License-Identifier: ISC
# Rack: answers with what $VERSION_FILE was at the start.
version = File.binread(ENV.fetch('VERSION_FILE'))
headers = { 'Content-Type' => 'text/plain', 'Content-Length' => version.bytesize.to_s }

run ->(_env) { [200, headers.dup, [version]] }
