#!/bin/bash
# Makes the replica the server that takes writes. The services find it by themselves when their address names both.
#
#   promote.sh [--sure]
#
# PGHOST, PGPORT, PGUSER and PGPASSWORD say where the replica is; the role must be a superuser. FIRST make sure that the
# old primary is off and stays off: two servers that both take writes are worse than none.
set -euo pipefail

sql() { psql --dbname postgres --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

if [ "$(sql --command "SELECT pg_is_in_recovery()")" != t ]; then
    echo "This server takes writes already."
    exit 0
fi
from=$(sql --command "SELECT coalesce(max(status), 'gone') FROM pg_stat_wal_receiver")
if [ "$from" = streaming ] && [ "${1:-}" != --sure ]; then
    echo "The primary still sends: end it first, or say --sure when it is off already." >&2
    exit 1
fi
sql --command "ALTER SYSTEM SET synchronous_standby_names = ''" --command "SELECT pg_reload_conf()" >/dev/null
[ "$(sql --command "SELECT pg_promote(true, 60)")" = t ] || { echo "It was not promoted within 60 s." >&2; exit 1; }
echo "This server takes writes now. Build the old one anew (follow.sh), then wait for it again (pair.sh)."
