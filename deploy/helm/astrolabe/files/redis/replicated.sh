#!/bin/sh
# Starts a node of a replicated Redis, or the Sentinel beside it.
#
#   replicated.sh node redis.conf replication.conf [OPTION OF REDIS-SERVER...]
#   replicated.sh sentinel sentinel.conf FOLDER [OPTION OF REDIS-SENTINEL...]
#
#   NODES                names of all nodes, separated by spaces
#   NODE                 the name of this node, or of the node beside this Sentinel
#   SENTINELS, SENTINEL  the same for the Sentinels, if their names differ from those of the nodes
#   REDIS_PASSWORD       the password of all users, or
#   REDIS_PASSWORD_FILE  the file that holds it
#   REDIS_TLS_FOLDER     with TLS: the folder of tls.crt, tls.key and ca.crt
#   REDIS_PORT, SENTINEL_PORT   6379 and 26379 by default
#   DOWN_AFTER           milliseconds after which a silent master is replaced, 5000 by default
#
# A node asks the Sentinels for the master, and copies from it. If no Sentinel answers, the last master that its
# own Sentinel knew counts. If that is not known either, the first of NODES is the master. If nodes disagree after
# a power failure, the Sentinels settle it: the youngest election wins.
#
# The Sentinel keeps its state, and the password with it, in FOLDER/sentinel.conf, which only its user can read.
set -eu

role=$1
config=$2
extra=$3
shift 3
port=${REDIS_PORT:-6379}
sentinel_port=${SENTINEL_PORT:-26379}
state=${SENTINEL_FOLDER:-/data/sentinel}/sentinel.conf
[ "$role" = node ] || state=$extra/sentinel.conf

if [ -n "${REDIS_PASSWORD_FILE:-}" ]; then
  REDIS_PASSWORD=$(cat "$REDIS_PASSWORD_FILE")
fi
if [ -z "${REDIS_PASSWORD:-}" ]; then
  echo "replicated.sh: set REDIS_PASSWORD, or REDIS_PASSWORD_FILE to the file that holds it" >&2
  exit 2
fi
hash=$(printf %s "$REDIS_PASSWORD" | sha256sum | cut -d ' ' -f 1)
# In a configuration, a quoted text has escapes.
quoted=$(printf %s "$REDIS_PASSWORD" | sed 's/[\\"]/\\&/g')

tls=${REDIS_TLS_FOLDER:-}

# Prints the name of the master that a Sentinel on one of the nodes knows.
ask_sentinels() {
  for sentinel in ${SENTINELS:-$NODES}; do
    set -- -h "$sentinel" -p "$sentinel_port" --user astrolabe
    [ -z "$tls" ] || set -- "$@" --tls --cacert "$tls/ca.crt"
    found=$(REDISCLI_AUTH=$REDIS_PASSWORD timeout 2 redis-cli "$@" sentinel get-master-addr-by-name astrolabe \
      2>/dev/null | head -n 1) || continue
    for known in $NODES; do
      if [ "$found" = "$known" ]; then
        echo "$found"
        return
      fi
    done
  done
}

master=$(ask_sentinels)
if [ -z "$master" ] && [ -f "$state" ]; then
  master=$(sed -n 's/^sentinel monitor astrolabe "\{0,1\}\([^ "]*\)"\{0,1\} .*/\1/p' "$state")
fi
[ -n "$master" ] || master=${NODES%% *}

# Prints the users of a configuration with their password.
with_password() {
  sed "s/^user \([^ ]*\) on /&#$hash /" "$@"
}

# Prints the settings of a port, which speaks nothing but TLS where there are certificates.
listen_on() {
  if [ -z "$tls" ]; then
    echo "port $1"
  else
    cat <<CONFIG
port 0
tls-port $1
tls-replication yes
tls-auth-clients no
tls-cert-file $tls/tls.crt
tls-key-file $tls/tls.key
tls-ca-cert-file $tls/ca.crt
CONFIG
  fi
}

if [ "$role" = node ]; then
  echo "replicated.sh: the master is $master" >&2
  replicaof=
  [ "$master" = "$NODE" ] || replicaof="replicaof $master $port"
  exec redis-server "$@" - <<CONFIG
$(with_password "$config" "$extra")
$(listen_on "$port")
masterauth "$quoted"
replica-announce-ip $NODE
$replicaof
CONFIG
fi

# Everything but the state is set again at each start, so that a new password or new rights take effect.
umask 077
mkdir -p "$extra"
settings='^user \|^port \|^tls-\|^protected-mode \|^logfile \|^sentinel sentinel-\|^sentinel announce-\|'
settings=$settings'^#\|^sentinel resolve-\|^sentinel auth-\|^sentinel down-after-\|^sentinel failover-\|^bind \|^dir '
known=
[ ! -f "$state" ] || known=$(grep -v "$settings" "$state") || :
case $known in
*"sentinel monitor astrolabe "*) ;;
*) known="sentinel monitor astrolabe $master $port 2" ;;
esac
cat >"$state.new" <<CONFIG
$(with_password "$config" | grep -v '^#\|^port \|^$')
$(listen_on "$sentinel_port")
dir "$extra"
sentinel announce-ip ${SENTINEL:-$NODE}
sentinel announce-port $sentinel_port
sentinel sentinel-pass "$quoted"
$known
sentinel auth-user astrolabe sentinel
sentinel auth-pass astrolabe "$quoted"
sentinel down-after-milliseconds astrolabe ${DOWN_AFTER:-5000}
sentinel failover-timeout astrolabe 10000
CONFIG
mv "$state.new" "$state"
exec redis-sentinel "$state" "$@"
