#!/bin/sh
# Starts the Terraform provider "@PROVIDER@", which is written in Python.
#
# Terraform starts this file from the directory that holds the configuration. Which Python to use
# stands in a file: that of this directory, if the provider was delivered into it, or that of the
# plugin directory in which the provider is installed. This file itself is the same in every project
# and on every machine, because Terraform compares its checksum.

# A module of the working directory must not hide one of Python's own.
PYTHONSAFEPATH=1
export PYTHONSAFEPATH

serve() {
    exec "$1" -m constructs_lib.backend @PROVIDER@
}

offers_provider() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import constructs_lib.backend' >/dev/null 2>&1
}

python= recorded=
serve_recorded() {
    [ -r "$1" ] || return 0
    recorded=$1
    IFS= read -r python <"$recorded" || :
    [ -n "$python" ] && [ -x "$python" ] && serve "$python"
}

serve_recorded terraform.d/connections-as-code/python
# Terraform starts a link to this file; the directory it stands in says where it is installed. A
# plugin cache may lead to the files of another project, so the user's own directory is asked last.
plugins=$(CDPATH='' cd -P -- "${0%/*}/../../../../.." 2>/dev/null && pwd -P)
serve_recorded "$plugins/connections-as-code/python"
serve_recorded "${HOME:-}/.terraform.d/plugins/connections-as-code/python"
for candidate in "${CONNECTIONS_PYTHON:-}" python3; do
    [ -n "$candidate" ] && offers_provider "$candidate" && serve "$candidate"
done
problem="terraform-provider-@PROVIDER@: no Python with the package connections-as-code: neither \
'${python:-(none)}' of ${recorded:-terraform.d/connections-as-code/python}, nor \
CONNECTIONS_PYTHON, nor python3 on the PATH. Run the synth again, or 'python -m \
constructs_lib.backend install', or set CONNECTIONS_PYTHON to the Python of an environment that has it."
# Terraform shows what comes in place of the handshake on stdout, and hides stderr.
echo "$problem"
echo "$problem" >&2
exit 1
