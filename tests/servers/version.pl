# SPDX-License-Identifier: ISC
# Mojolicious: answers with what $VERSION_FILE was at the start.
use Mojolicious::Lite -signatures;
use Mojo::File 'path';

my $version = path($ENV{VERSION_FILE})->slurp;

app->log->level('fatal');
app->config(hypnotoad => {
    listen   => [$ENV{HYPNOTOAD_LISTEN}],
    pid_file => $ENV{HYPNOTOAD_PIDFILE},
    workers  => 2,
}) if $ENV{HYPNOTOAD_LISTEN};

get '/*any' => { any => '' } => sub ($c) { $c->render(text => $version) };

app->start;
