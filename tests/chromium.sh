#!/usr/bin/env bash
# The browser tests drive Debian's Chromium; this installs it when it may, and says so first.
set -euo pipefail
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing the system packages chromium and fonts-noto-core for the browser tests …" >&2
    apt-get update -qq && apt-get install -y -qq chromium fonts-noto-core >/dev/null
else
    echo "Chromium is missing and may not be installed here: the browser tests will be skipped." >&2
fi
