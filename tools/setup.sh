#!/bin/bash
# The set-up step: what the build and the tests need from Debian 12, and nothing more. Quick when everything is there.
# Nothing is started and nothing is enabled: a temporary policy-rc.d answers 101 while packages unpack (invoke-rc.d(8)),
# and the start links that a package makes for itself are taken away again when this script installed that package.
# Exit codes: 0 ready · 1 something failed · 3 packages are missing and this is not root (the line to type is printed).
set -u

# Libraries the appliance loads, then what the tests start: two real XMPP servers, the resolver of one, a name server, a genuine XMPP client, a TLS client,
# a SIP proxy and a SIP traffic generator.
packages="libunbound8 libidn12 libicu72 libsqlite3-0 prosody lua-unbound ejabberd dnsmasq-base python3-slixmpp openssl kamailio kamailio-tls-modules sip-tester"
daemons="prosody ejabberd kamailio"
policy=/usr/sbin/policy-rc.d

say() { printf 'setup: %s\n' "$*"; }

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]; }

missing_packages() { for package in $packages; do is_installed "$package" || printf '%s ' "$package"; done; }

check_sdk() {
    if ! command -v dotnet >/dev/null 2>&1; then
        say "the .NET 10 SDK is missing: https://learn.microsoft.com/dotnet/core/install/linux-debian"
        exit 1
    fi
    if ! dotnet --list-sdks | grep -q '^10\.'; then
        say "dotnet is here, but no 10.x SDK: https://learn.microsoft.com/dotnet/core/install/linux-debian"
        exit 1
    fi
}

restore_policy() {
    rm -f "$policy"
    if [ -e "$policy.before-gateway-setup" ] || [ -L "$policy.before-gateway-setup" ]; then
        mv "$policy.before-gateway-setup" "$policy"
    fi
}

suppress_starts() {
    if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$policy.before-gateway-setup" || exit 1; fi
    trap restore_policy EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || exit 1
}

# A unit bears its package's name, but for the name server of Erlang nodes, which comes with ejabberd and which nothing of ours asks.
disable_daemon() {
    if [ "$1" = ejabberd ]; then for unit in epmd.service epmd.socket; do deb-systemd-helper disable "$unit" >/dev/null 2>&1 || :; done; fi
    if command -v deb-systemd-helper >/dev/null 2>&1; then deb-systemd-helper disable "$1.service" >/dev/null 2>&1 || :; fi
    if command -v update-rc.d >/dev/null 2>&1 && [ -e "/etc/init.d/$1" ]; then update-rc.d "$1" disable >/dev/null 2>&1 || :; fi
}

has_candidates() {
    for package in "$@"; do
        apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]' || return 1
    done
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    if ! has_candidates $1; then
        say "reading the package lists"
        apt-get -qq update || { say "apt-get update failed: check /etc/apt/sources.list and the network"; exit 1; }
    fi
    suppress_starts
    say "installing: $1"
    # shellcheck disable=SC2086
    apt-get -qq install --yes --no-install-recommends -o Dpkg::Use-Pty=0 $1 >/dev/null || {
        say "apt-get could not install: $1"
        exit 1
    }
}

check_sdk
missing=$(missing_packages)
if [ -z "$missing" ]; then
    say "everything is here"
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    say "missing: $missing"
    say "this installs them (nothing is started or enabled):"
    printf '  sudo %s\n' "$(cd "$(dirname "$0")" && pwd)/$(basename "$0")"
    exit 3
fi

fresh=""
for daemon in $daemons; do is_installed "$daemon" || fresh="$fresh $daemon"; done
install_packages "$missing"
for daemon in $fresh; do disable_daemon "$daemon"; done
still=$(missing_packages)
if [ -n "$still" ]; then
    say "still missing: $still"
    exit 1
fi
say "ready"
