# SPDX-License-Identifier: ISC
# PSGI: answers with what $VERSION_FILE was at the start.
use strict;
use warnings;

open(my $file, '<', $ENV{VERSION_FILE}) or die "$ENV{VERSION_FILE}: $!";
my $version = <$file>;
my @headers = ('Content-Type' => 'text/plain', 'Content-Length' => length $version);

sub { [200, [@headers], [$version]] };
