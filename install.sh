#!/usr/bin/env bash
# Makes the virtual environment from a hash-locked requirements file: install.sh PYTHON VENV LOCK
set -euo pipefail
python=$1 venv=$2 lock=$3

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
    echo "Cần Python 3.11, 3.12 hoặc 3.13 (make PYTHON=…). / Python 3.11 to 3.13 is needed (make PYTHON=…)." >&2
    exit 2
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    package=python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Cài gói hệ thống $package … / Installing the system package $package …" >&2
        apt-get update -qq && apt-get install -y -qq "$package" >/dev/null
    else
        echo "Thiếu gói hệ thống $package. / The system package $package is missing: install it first." >&2
        exit 2
    fi
fi
echo "Cài thư viện vào $venv … / Installing the libraries into $venv …" >&2
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
# uv installs in seconds what takes pip minutes; where it cannot run, pip does it from the same lock, which is complete.
if "$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv 2>/dev/null &&
    "$venv/bin/uv" pip sync --quiet --require-hashes --compile-bytecode --python "$venv/bin/python" "$lock"; then
    "$venv/bin/uv" pip install --quiet --no-deps --no-build-isolation --python "$venv/bin/python" -e .
else
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
