#!/bin/sh
# Flags, not the packaged file: Debian's redis.conf clashes with defaults that Redis 8 reads from it.
set -e
if [ "${1#-}" != "$1" ]; then set -- redis-server "$@"; fi
if [ "$1" = redis-server ]; then
  shift
  exec redis-server --bind 0.0.0.0 --protected-mode no --save "" --dir /data "$@"
fi
exec "$@"
