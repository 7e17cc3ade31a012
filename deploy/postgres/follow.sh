#!/bin/bash
# Makes a data directory that follows another server: the replica of the primary, or what was the primary before.
#
#   follow.sh DATA PRIMARY NAME
#
# DATA is the directory to make; what it holds is deleted. PRIMARY says where the server is that takes writes, as libpq
# reads it ("host=one port=5432 user=replicator"; the password from PGPASSWORD or ~/.pgpass). NAME is how the replica is
# known there: its slot keeps what it has not read yet. Start PostgreSQL on DATA afterwards; it follows by itself.
set -euo pipefail

data=$1 primary=$2 name=$3

if [ -e "$data/postmaster.pid" ] && kill -0 "$(head -n 1 "$data/postmaster.pid")" 2>/dev/null; then
    echo "A server runs on $data: end it first." >&2
    exit 1
fi

# A slot of that name is left from the last time. It is made anew, because the copy below begins at a place of its own.
ask() { psql "$primary dbname=postgres" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }
ask --set name="$name" <<'SQL' >/dev/null
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = :'name' AND NOT active;
SQL

install -d -m 0700 "$data"
find "$data" -mindepth 1 -delete
# application_name is what synchronous_standby_names of the primary asks for.
pg_basebackup --pgdata "$data" --dbname "$primary application_name=$name" \
    --write-recovery-conf --wal-method stream --checkpoint fast --create-slot --slot "$name"
# Whose commits would it wait for, once it is the primary? For nobody's until it has a replica of its own (pair.sh).
# The last word of the file counts.
echo "synchronous_standby_names = ''" >> "$data/postgresql.auto.conf"
echo "$data follows; start PostgreSQL on it."
