#!/bin/sh
# Makes .venv and installs exactly what .lock says, by hash; nothing when that is done already. Usage: python.sh run|test
set -eu
lock=.lock/$1.txt
stamp=.venv/.installed
wanted=$(cat "$lock" | cksum)
# The test lock holds all of the run lock, so an environment made for the tests runs the application too.
all=$(cat .lock/test.txt | cksum)
if [ -f "$stamp" ] && { [ "$(cat "$stamp")" = "$wanted" ] || [ "$(cat "$stamp")" = "$all" ]; } && [ -x .venv/bin/python ]; then
    exit 0
fi
python=''
for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo '需要 Python 3.11 以上；找不到。請安裝後再執行，或以 PYTHON=/path/to/python 指定。' >&2
    echo 'Python 3.11 or newer is needed and was not found. Install it, or name it with PYTHON=/path/to/python.' >&2
    exit 1
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
[ -x .venv/bin/pip ] || .venv/bin/python -m ensurepip >/dev/null
echo "Installing the Python packages of $lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
echo "$wanted" > "$stamp"
