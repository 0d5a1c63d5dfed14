#!/bin/sh
# Starts the Terraform provider "@PROVIDER@", which is written in Python.
#
# Terraform starts this file from the directory that holds the configuration. Which Python to use
# stands in a file: that of this directory, if the provider was delivered into it, or that of the
# plugin directory in which the provider is installed. This file itself is the same in every project
# and on every machine, because Terraform compares its checksum.

# Terraform reads one line from standard output, the handshake. It is written to descriptor 3, so
# that whatever else prints while Python starts goes to Terraform's log.
skipped=0
if [ "${1:-}" = --after ]; then
    skipped=$2
else
    exec 3>&1 1>&2
fi

# Python starts isolated (-I): neither the environment nor the working directory of whoever runs
# Terraform may hide its modules or change how it works. The packages of a user stay in reach, and
# what only PYTHONPATH leads to comes last. A Python without the provider hands over to the next.
start='
import os, site, sys

provider, launcher, number = sys.argv[1:]
packages = site.getusersitepackages()
if sys.prefix == sys.base_prefix and os.path.isdir(packages):
    site.addsitedir(packages)
sys.path += filter(os.path.isabs, os.environ.get("PYTHONPATH", "").split(os.pathsep))
try:
    from constructs_lib.backend.__main__ import main
except Exception as error:
    sys.stderr.write(f"{sys.executable}: {type(error).__name__}: {error}\n")
    os.execv(launcher, [launcher, "--after", number])
sys.exit(main([provider, "--handshake=3"]))
'

# shellcheck disable=SC3044  # Only where there is such a command.
if command -v shopt >/dev/null 2>&1; then shopt -s execfail; fi

number=0
try() {
    number=$((number + 1))
    if [ "$number" -gt "$skipped" ] && command -v "$1" >/dev/null 2>&1; then
        # Where a program cannot be started, dash ends, and bash goes on if it is told to.
        trap 'exec "$0" --after "$number"' EXIT
        exec "$1" -I -c "$start" @PROVIDER@ "$0" "$number"
        trap - EXIT
    fi
}

python= recorded=
try_recorded() {
    [ -r "$1" ] || return 0
    recorded=$1
    IFS= read -r python <"$recorded" || :
    try "$python"
}

try_recorded terraform.d/connections-as-code/python
# Terraform starts a link to this file; the directory it stands in says where it is installed. A
# plugin cache may lead to the files of another project, so the user's own directory is asked last.
plugins=$(CDPATH='' cd -P -- "${0%/*}/../../../../.." 2>/dev/null && pwd -P)
try_recorded "$plugins/connections-as-code/python"
try_recorded "${HOME:-}/.terraform.d/plugins/connections-as-code/python"
try "${CONNECTIONS_PYTHON:-}"
try python3
problem="terraform-provider-@PROVIDER@: no Python with the package connections-as-code: neither \
'${python:-(none)}' of ${recorded:-terraform.d/connections-as-code/python}, nor \
CONNECTIONS_PYTHON, nor python3 on the PATH. Run the synth again, or 'python -m \
constructs_lib.backend install', or set CONNECTIONS_PYTHON to the Python of an environment that has it."
# Terraform shows what comes in place of the handshake, and hides stderr.
echo "$problem" >&3
echo "$problem" >&2
exit 1
