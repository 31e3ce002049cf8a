#!/usr/bin/env bash
# The tests of the Spark engine need Java; this installs Debian's when it may, and says so first.
set -euo pipefail
command -v java >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing the system package openjdk-17-jre-headless for the tests of the Spark engine …" >&2
    apt-get update -qq && apt-get install -y -qq openjdk-17-jre-headless >/dev/null
else
    echo "Java is missing and may not be installed here: the tests of the Spark engine will be skipped." >&2
fi
