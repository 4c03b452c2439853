#!/bin/sh
# Replaces the data of a stopped Redis 7 with a dump.
#
#   restore.sh DUMP FOLDER
#
# DUMP is a file, or `-` for standard input. FOLDER is the data folder of Redis. With `appendonly yes` Redis starts
# only from its AOF: without one it starts empty, even if there is a dump.rdb. The dump therefore becomes both the
# dump.rdb and the base of a new AOF. The previous data stay in FOLDER/before-<time>. Run it as the user of Redis.
set -eu
umask 077

fail() {
  echo "restore.sh: $*" >&2
  exit 1
}

[ $# -eq 2 ] || fail "name the dump, and the folder of Redis' data"
dump=$1
folder=$2
[ -d "$folder" ] || fail "$folder is not a folder"

# The temporary files are beside the data, so that each step is a rename.
new=$folder/restoring
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
rm -rf "$new"
mkdir -p "$new/appendonlydir"
cat "$dump" >"$new/dump.rdb"
checked=$(redis-check-rdb "$new/dump.rdb") || fail "the dump is broken: $checked"
cp "$new/dump.rdb" "$new/appendonlydir/appendonly.aof.1.base.rdb"
echo "file appendonly.aof.1.base.rdb seq 1 type b" >"$new/appendonlydir/appendonly.aof.manifest"
checked=$(redis-check-aof "$new/appendonlydir/appendonly.aof.manifest") || fail "$checked"

before=$folder/before-$(date -u +%Y%m%dT%H%M%SZ)
for name in dump.rdb appendonlydir; do
  [ -e "$folder/$name" ] || continue
  mkdir -p "$before"
  mv "$folder/$name" "$before/$name"
done
mv "$new/dump.rdb" "$folder/dump.rdb"
mv "$new/appendonlydir" "$folder/appendonlydir"
echo "Restored. Start Redis now; what was there, if anything, is in $before."
