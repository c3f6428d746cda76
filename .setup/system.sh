#!/bin/sh
# Installs the system packages that are missing, and only those. Usage: system.sh run|test
# What cannot be installed is named, with the way to install it, and the set-up stops.
set -eu
what=$1
missing=''

need() { # need PACKAGE COMMAND… : PACKAGE unless COMMAND succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
has_package() { dpkg -s "$1" 2>/dev/null | grep -q '^Status: install ok installed'; }

if ! command -v dpkg >/dev/null 2>&1; then
    echo '這個作業系統沒有 apt；請自行安裝：Python 3.11 以上、Pango、HarfBuzz（含 harfbuzz-subset）、全字庫楷體與宋體字型。' >&2
    echo 'No apt here. Please install: Python 3.11+, Pango, HarfBuzz with harfbuzz-subset (macOS: brew install pango), and the fonts TW-Kai and TW-Sung (CNS11643).' >&2
    [ -n "${SKIP_SYSTEM:-}" ] && exit 0
    echo 'Then run again with SKIP_SYSTEM=1.' >&2
    exit 1
fi

need python3-venv python3 -c 'import venv, ensurepip'
for package in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 fonts-cns11643-kai fonts-cns11643-sung acl; do
    need "$package" has_package "$package"
done
if [ "$what" = test ]; then
    need chromium command -v chromium
    need poppler-utils command -v pdftoppm
    need npm command -v npm
    need fonts-noto-cjk has_package fonts-noto-cjk
fi
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=''
elif sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    echo "缺少系統套件：$missing。請以管理者身分執行：apt-get install$missing" >&2
    echo "System packages are missing. As root: apt-get install$missing" >&2
    exit 1
fi
echo "Installing system packages:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086 -- a list of names
if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
    echo "無法安裝系統套件：$missing。請檢查套件來源後再執行一次。" >&2
    echo "Could not install:$missing. Check the package sources and run again." >&2
    exit 1
fi
if [ "$what" = test ] && ! chromium --version >/dev/null 2>&1; then
    echo 'chromium 無法執行（Ubuntu 的 chromium 是 snap 的空殼）。請安裝可執行的 Chromium，並以 CHROMIUM=/path 指定。' >&2
    echo 'chromium does not run (Ubuntu ships a snap stub). Install one that does and name it with CHROMIUM=/path.' >&2
    exit 1
fi
