#!/usr/bin/env bash
# Makes this machine ready for the tests that need containers; takes no time when it already is.
#   1. A Docker daemon: the one that answers, else (as root, with apt) Debian's docker.io, started in the background.
#   2. The images of images.env: present, else pulled, else a stand-in of the same name built from Debian trixie's packages.
# What cannot be had is told in one line, and the script succeeds: container tests then skip with their reason
# (in CI they fail). Environment: DOCKER_HOST, STORYLINE_DEBIAN_MIRROR, STORYLINE_PULL_TIMEOUT (seconds for each pull, 300).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./images.env

# One at a time per user: a second run waits for the first and then finds everything done.
exec 9>"${TMPDIR:-/tmp}/storyline-containers.$(id -u).lock"
flock 9

say() { echo "containers: $*"; }
skip() { say "$*; container tests will be skipped"; exit 0; }
answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

install() {
  say "installing $*"
  local log; log=$(mktemp "${TMPDIR:-/tmp}/storyline-apt.XXXXXX")
  { DEBIAN_FRONTEND=noninteractive apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
    >"$log" 2>&1 </dev/null || { say "apt-get failed, see $log"; tail -n 3 "$log"; return 1; }
}

start_daemon() {
  local log="${TMPDIR:-/tmp}/storyline-dockerd.log"
  say "starting dockerd (log: $log)"
  setsid nohup dockerd --storage-driver=overlay2 >"$log" 2>&1 </dev/null 9>&- &
  local daemon=$!
  for _ in $(seq 1 120); do
    answers && return 0
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.25
  done
  say "dockerd does not answer:"; tail -n 3 "$log"
  return 1
}

if ! command -v docker >/dev/null || ! answers; then
  if [ -n "${DOCKER_HOST:-}" ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    skip "no Docker daemon answers and this user cannot install one"
  fi
  # iptables: dockerd needs it and only recommends it.
  command -v dockerd >/dev/null && command -v docker >/dev/null && command -v iptables >/dev/null || install docker.io iptables || skip "Docker cannot be installed"
  start_daemon || skip "dockerd cannot be started"
fi

# What a stand-in is made of; one that was made of something else is made anew.
recipe() { cat "$1"/* | sha256sum | cut -c 1-16; }
present() { # folder, image
  local made_of; made_of=$(docker image inspect --format '{{index .Config.Labels "storyline.standin"}}' "$2" 2>/dev/null) || return 1
  [ -z "$made_of" ] || [ "$made_of" = "$(recipe "$1")" ]
}

build() { # folder, image, then the arguments of docker build
  local folder=$1 image=$2 log; log=$(mktemp "${TMPDIR:-/tmp}/storyline-build.XXXXXX"); shift 2
  say "building a stand-in for $image"
  DOCKER_BUILDKIT=0 docker build --network host --label "storyline.standin=$(recipe "$folder")" -t "$image" "$@" >"$log" 2>&1 || { say "building $image failed, see $log"; tail -n 5 "$log"; return 1; }
  rm -f "$log"
}

# The machine's own dotnet folder, the certificate authorities it trusts, and the Dockerfile, as a build context.
dotnet_context() {
  local folder; folder=$(dirname "$(readlink -f "$(command -v dotnet)")")
  tar -c --dereference -C "$PWD/dotnet" Dockerfile -C /etc/ssl/certs ca-certificates.crt -C "$folder" "$@" --transform 's,^\./,dotnet/,' .
}

standin() { # name, folder, image
  case $1 in
    sdk) dotnet_context | build "$2" "$3" --target sdk - ;;
    runtime) dotnet_context --exclude=./sdk --exclude=./packs --exclude=./templates --exclude=./sdk-manifests | build "$2" "$3" --target runtime - ;;
    *) build "$2" "$3" "$2" ;;
  esac
}

builds=()
for pair in "rabbitmq=$RABBITMQ_IMAGE" "redis=$REDIS_IMAGE" "postgres=$POSTGRES_IMAGE" "sdk=$DOTNET_SDK_IMAGE" "runtime=$DOTNET_RUNTIME_IMAGE"; do
  name=${pair%%=*} image=${pair#*=}
  case $name in sdk | runtime) folder=dotnet ;; *) folder=$name ;; esac
  present "$folder" "$image" && continue
  timeout "${STORYLINE_PULL_TIMEOUT:-300}" docker pull -q "$image" >/dev/null 2>&1 && { say "pulled $image"; continue; }
  if ! docker image inspect storyline-standin/debian:trixie >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] || skip "$image cannot be pulled, and building a stand-in takes root"
    command -v debootstrap >/dev/null || install debootstrap || skip "debootstrap cannot be installed"
    say "no registry answers: building a Debian base for the stand-ins"
    base/build.sh || skip "the base of the stand-ins cannot be built"
  fi
  standin "$name" "$folder" "$image" & builds+=($!)
done
for build in ${builds[@]+"${builds[@]}"}; do wait "$build" || true; done

# Containers whose test process died before it could remove them.
docker ps --all --filter label=storyline.tests.owner --format '{{.ID}} {{.Label "storyline.tests.owner"}}' | while read -r id owner; do
  [ "${owner%%:*}" = "$(hostname)" ] && [ ! -d "/proc/${owner##*:}" ] && docker rm --force --volumes "$id" >/dev/null && say "removed a leftover container"
  true
done
