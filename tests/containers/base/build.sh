#!/usr/bin/env bash
# Builds storyline-standin/debian:trixie, the base of the stand-in images, with debootstrap (needs root).
# The mirror is the one this machine's apt uses; STORYLINE_DEBIAN_MIRROR overrides it (needed where apt serves another distribution).
set -euo pipefail

image=storyline-standin/debian:trixie
docker image inspect "$image" >/dev/null 2>&1 && exit 0

mirror=${STORYLINE_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' \
  | awk -F'|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }')}
[ -n "$mirror" ] || { echo "no Debian mirror in apt's sources; set STORYLINE_DEBIAN_MIRROR" >&2; exit 1; }

root=$(mktemp -d "${TMPDIR:-/tmp}/storyline-base.XXXXXX")
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
debootstrap --variant=minbase --include=ca-certificates trixie "$root/fs" "$mirror" >"$root/log" 2>&1 || { tail -n 20 "$root/log" >&2; exit 1; }
rm -rf "$root"/fs/var/cache/apt/archives/*.deb "$root"/fs/var/lib/apt/lists/*
tar -C "$root/fs" -c . | docker import - "$image" >/dev/null
