#!/bin/sh
# Starts Redis with a configuration whose users have no password, and sets the password.
#
#   start.sh redis.conf [OPTION OF REDIS-SERVER...]
#
# The password is in $REDIS_PASSWORD, or in the file that $REDIS_PASSWORD_FILE names. Redis receives its hash on
# standard input, so it is in no file and in no list of processes.
set -eu

config=$1
shift

if [ -n "${REDIS_PASSWORD_FILE:-}" ]; then
  REDIS_PASSWORD=$(cat "$REDIS_PASSWORD_FILE")
fi
if [ -z "${REDIS_PASSWORD:-}" ]; then
  echo "start.sh: set REDIS_PASSWORD, or REDIS_PASSWORD_FILE to the file that holds it" >&2
  exit 2
fi
hash=$(printf %s "$REDIS_PASSWORD" | sha256sum | cut -d ' ' -f 1)
unset REDIS_PASSWORD

exec redis-server "$@" - <<CONFIG
$(sed "s/^user \([^ ]*\) on /&#$hash /" "$config")
CONFIG
