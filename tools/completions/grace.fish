# SPDX-License-Identifier: ISC
# Completion for grace(1) in fish.  Commands and options are those that `grace help` names, servers those
# that run: this file knows neither.

function __grace_commands
    grace help 2>/dev/null | string replace -rf '^  ([a-z]+) +(.*)' '$1\t$2'
end

# An option and what it is for; an option that stands in the middle of a line has no words.
function __grace_options
    set -l words (commandline -opc)
    grace help $words[2] 2>/dev/null | string replace -rf '^  (?:-., )?(--[a-z-]+)\S*(?: [A-Z]\S*)? +(.*)' '$1\t$2'
end

function __grace_servers
    grace status 2>/dev/null | awk 'NR > 1 && /^[^ ]/ { print $1 }'
end

function __grace_command_is
    set -l words (commandline -opc)
    contains -- "$words[2]" $argv
end

complete -c grace -f
complete -c grace -n 'test (count (commandline -opc)) = 1' -a '(__grace_commands)'
complete -c grace -n '__grace_command_is help' -a '(__grace_commands)'
complete -c grace -n '__grace_command_is restart stop signal workers logs status' -a '(__grace_servers)'
complete -c grace -n '__grace_command_is run check' -a '(__fish_complete_subcommand --fcs-skip=2)'
complete -c grace -n 'string match -q -- "-*" (commandline -ct)' -a '(__grace_options)'
