#!/bin/sh
# Starts the Terraform provider "@PROVIDER@", which is written in Python.
#
# Terraform starts this file from the directory that holds the configuration. That directory says
# which Python to use, in terraform.d/connections-as-code/python; this file itself is the same in
# every project and on every machine, because Terraform compares its checksum.
recorded=terraform.d/connections-as-code/python
# A module of the working directory must not hide one of Python's own.
PYTHONSAFEPATH=1
export PYTHONSAFEPATH

serve() {
    exec "$1" -m constructs_lib.backend @PROVIDER@
}

offers_provider() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import constructs_lib.backend' >/dev/null 2>&1
}

python=
if [ -r "$recorded" ]; then
    IFS= read -r python <"$recorded" || :
    [ -n "$python" ] && [ -x "$python" ] && serve "$python"
fi
for candidate in "${CONNECTIONS_PYTHON:-}" python3; do
    [ -n "$candidate" ] && offers_provider "$candidate" && serve "$candidate"
done
problem="terraform-provider-@PROVIDER@: no Python with the package connections-as-code: \
neither '${python:-(none)}' of $recorded, nor CONNECTIONS_PYTHON, nor python3 on the PATH. \
Run the synth again, or set CONNECTIONS_PYTHON to the Python of an environment that has it."
# Terraform shows what comes in place of the handshake on stdout, and hides stderr.
echo "$problem"
echo "$problem" >&2
exit 1
