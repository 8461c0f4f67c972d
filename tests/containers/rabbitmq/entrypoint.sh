#!/bin/sh
# Honours the official image's RABBITMQ_DEFAULT_USER, RABBITMQ_DEFAULT_PASS, RABBITMQ_DEFAULT_VHOST and RABBITMQ_ERLANG_COOKIE.
set -e
if [ "$1" = rabbitmq-server ]; then
  {
    echo "loopback_users = none"
    echo "log.console = true"
    echo "default_user = ${RABBITMQ_DEFAULT_USER:-guest}"
    echo "default_pass = ${RABBITMQ_DEFAULT_PASS:-guest}"
    echo "default_vhost = ${RABBITMQ_DEFAULT_VHOST:-/}"
  } > /etc/rabbitmq/rabbitmq.conf
  if [ -n "$RABBITMQ_ERLANG_COOKIE" ]; then
    printf %s "$RABBITMQ_ERLANG_COOKIE" > /var/lib/rabbitmq/.erlang.cookie
    chmod 600 /var/lib/rabbitmq/.erlang.cookie
  fi
  # The variables above are the image's, not the server's: some of them make newer servers warn.
  unset RABBITMQ_DEFAULT_USER RABBITMQ_DEFAULT_PASS RABBITMQ_DEFAULT_VHOST RABBITMQ_ERLANG_COOKIE
  chown -R rabbitmq:rabbitmq /var/lib/rabbitmq /etc/rabbitmq
fi
# Debian's rabbitmq-server and rabbitmqctl change to the rabbitmq user themselves.
exec "$@"
