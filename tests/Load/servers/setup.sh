#!/bin/bash
# Installs what the comparison needs from Debian 12: Kamailio with its xmpp module, an XMPP server, a C compiler; or Kamailio's presence server.
# Nothing is started and nothing is enabled (policy-rc.d answers 101 meanwhile). Usage: setup.sh prosody|ejabberd|presence
# Exit codes: 0 ready · 1 something failed · 3 packages are missing and this is not root (the line to type is printed).
set -u
packages="kamailio kamailio-tls-modules kamailio-xmpp-modules gcc libc6-dev"
case ${1:-prosody} in prosody) packages="$packages prosody lua-unbound" ;; ejabberd) packages="$packages ejabberd" ;;
    presence) packages="kamailio kamailio-tls-modules kamailio-presence-modules kamailio-sqlite-modules sqlite3" ;;
    *) exit 1 ;; esac
policy=/usr/sbin/policy-rc.d
is_installed() { [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]; }
missing=""
for package in $packages; do is_installed "$package" || missing="$missing $package"; done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ]; then
    echo "missing:$missing; this installs them (nothing is started or enabled): sudo $0 ${1:-prosody}"
    exit 3
fi
restore() {
    rm -f "$policy"
    if [ -e "$policy.before-load" ]; then mv "$policy.before-load" "$policy"; fi
}
if [ -e "$policy" ]; then mv "$policy" "$policy.before-load" || exit 1; fi
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || exit 1
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
apt-get -qq install --yes --no-install-recommends $missing >/dev/null 2>&1 || { apt-get -qq update && apt-get -qq install --yes --no-install-recommends $missing >/dev/null; } || exit 1
for service in $missing; do
    [ -e "/etc/init.d/$service" ] || continue
    if command -v deb-systemd-helper >/dev/null 2>&1; then deb-systemd-helper disable "$service.service" >/dev/null 2>&1 || :; fi
    update-rc.d "$service" disable >/dev/null 2>&1 || :
done
