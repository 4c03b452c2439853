#!/bin/sh
# Makes a dump of a running Redis over the network, checks it, and keeps the newest dumps.
#
#   backup.sh FOLDER [OPTION OF REDIS-CLI...]
#   KEEP=7 REDIS_PASSWORD_FILE=password backup.sh /backups -h redis --user backup
#
# The dump is FOLDER/astrolabe-<time>.rdb, with the time in UTC. It gets this name when it is complete and checked.
# Only then are older dumps deleted, except for the newest $KEEP (7). An empty database is refused, because its
# dumps would replace the useful ones. The password is in $REDIS_PASSWORD, or in the file that $REDIS_PASSWORD_FILE
# names.
set -eu
umask 077

fail() {
  echo "backup.sh: $*" >&2
  exit 1
}

[ $# -gt 0 ] || fail "name the folder for the dumps"
folder=$1
shift
keep=${KEEP:-7}
[ "$keep" -ge 1 ] 2>/dev/null || fail "KEEP must be a whole number of at least 1, not '$keep'"
if [ -n "${REDIS_PASSWORD_FILE:-}" ]; then
  REDIS_PASSWORD=$(cat "$REDIS_PASSWORD_FILE")
fi
export REDISCLI_AUTH="${REDIS_PASSWORD:-}"

mkdir -p "$folder"
part=$folder/astrolabe.part
trap 'rm -f "$part"' EXIT
trap 'exit 1' HUP INT TERM

redis-cli "$@" --rdb "$part" >&2 || fail "Redis gives no dump"
checked=$(redis-check-rdb "$part") || fail "the dump is broken: $checked"
keys=$(echo "$checked" | sed -n 's/^\[info\] \([0-9]*\) keys read$/\1/p')
[ "${keys:-0}" -gt 0 ] || fail "the database is empty; the dumps that there are stay"

dump=$folder/astrolabe-$(date -u +%Y%m%dT%H%M%SZ).rdb
mv "$part" "$dump"
echo "$dump has $keys keys"

# The order of the names is the order of the times.
set -- "$folder"/astrolabe-????????T??????Z.rdb
while [ $# -gt "$keep" ]; do
  rm -f "$1"
  shift
done
