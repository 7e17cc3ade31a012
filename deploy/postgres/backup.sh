#!/bin/bash
# Dumps the four databases into a new folder below $1, named after the moment, and keeps the newest ZAPYS_KEEP (14) of them.
# Where the server is and who asks is told by PGHOST, PGPORT, PGUSER and PGPASSWORD; it must be a superuser or a role with
# BYPASSRLS, because row level security binds the owners of the tables too. The product may run meanwhile.
#
# Each dump and the row counts beside it come from one snapshot, so that a restore can be compared with them exactly.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: backup.sh FOLDER" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
taken_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
folder=$1/${taken_at//:/-}
partial=$folder.partial
rm -rf "$partial"
mkdir -m 700 "$partial"
trap 'rm -rf "$partial"' EXIT
echo "$taken_at" >"$partial/taken_at"

# Who only listens comes last: what it has sent should be in its dump, rather than be told to it again.
for service in identity booking fiscal notifications; do
    database=zapys_$service${ZAPYS_DATABASE_SUFFIX:-}
    coproc SESSION { psql --dbname "$database" --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 \
        --set out="$partial/$service.rows" --set rows="$here/rows.sql" 2>&1; }
    session=$SESSION_PID
    echo "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot();" >&"${SESSION[1]}"
    read -r -t 60 snapshot <&"${SESSION[0]}" || { echo "$database does not answer" >&2; exit 1; }
    [[ $snapshot =~ ^[0-9A-F]+-[0-9A-F]+-[0-9]+$ ]] || { echo "$database: $snapshot" >&2; exit 1; }
    pg_dump --dbname "$database" --format custom --snapshot "$snapshot" --lock-wait-timeout 60s --file "$partial/$service.dump"
    printf '\\o :out\n\\i :rows\n\\o\n\\q\n' >&"${SESSION[1]}"
    wait "$session"
    [ -s "$partial/$service.rows" ] || { echo "$database: its rows could not be counted" >&2; exit 1; }
    echo "$database: $(wc -l <"$partial/$service.rows") tables, $(du -h "$partial/$service.dump" | cut -f 1)"
done

mv "$partial" "$folder"
trap - EXIT
"$here/erasures.sh" "$1"
find "$1" -mindepth 1 -maxdepth 1 -type d -name '20??-*Z' -print0 | sort -rz | tail -zn +$((${ZAPYS_KEEP:-14} + 1)) | xargs -r0 rm -rf
echo "$folder"
