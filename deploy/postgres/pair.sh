#!/bin/bash
# From now on the primary acknowledges nothing that its replica does not have on disk: a failover loses nothing.
#
#   pair.sh NAME [NAME…]     one of these replicas must have it; they must be connected already
#   pair.sh --alone          acknowledge without a replica: after a promotion, or when the replica is gone for long
#
# PGHOST, PGPORT, PGUSER and PGPASSWORD say where the primary is; the role must be a superuser.
set -euo pipefail

sql() { psql --dbname postgres --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

# Whether a question is answered so, within a minute.
becomes() {
    local wanted=$1
    shift
    for _ in $(seq 120); do
        [ "$(sql --command "$1")" = "$wanted" ] && return
        sleep 0.5
    done
    return 1
}

[ $# -gt 0 ] || { echo "Name the replicas, or say --alone." >&2; exit 2; }
if [ "$1" = --alone ]; then
    wanted=""
else
    for name in "$@"; do
        [[ $name =~ ^[a-z_][a-z0-9_]*$ ]] || { echo "A replica is not called $name." >&2; exit 2; }
        # To wait for whoever is not there, or is far behind, would stop every write.
        becomes streaming "SELECT state FROM pg_stat_replication WHERE application_name = '$name'" ||
            { echo "$name does not follow." >&2; exit 1; }
    done
    wanted="ANY 1 ($(IFS=,; echo "$*"))"
fi
sql --command "ALTER SYSTEM SET synchronous_standby_names = '$wanted'" --command "SELECT pg_reload_conf()" >/dev/null
becomes "$wanted" "SHOW synchronous_standby_names" || { echo "The server did not take it over." >&2; exit 1; }
[ "$1" = --alone ] ||
    becomes $# "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'" ||
    { echo "The server does not wait for all of them." >&2; exit 1; }
echo "${wanted:-no replica is waited for}"
