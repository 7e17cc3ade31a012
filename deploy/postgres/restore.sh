#!/bin/bash
# Puts the four databases back as a folder of backup.sh has them; what they hold now is dropped. No service may run.
# Where the server is and who asks: as for backup.sh, a superuser. The roles must exist (roles.sql).
#
# Each database is compared with the row counts of its backup. Then the services are told what they cannot know: which
# events may never have arrived, which messages may have left after the backup was taken, and who was erased since then
# (docs/guides/running.md).
set -euo pipefail

[ $# -eq 1 ] && [ -f "$1/taken_at" ] || { echo "usage: restore.sh FOLDER, one that backup.sh has written" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sql() { psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 "$@"; }

suffix=${ZAPYS_DATABASE_SUFFIX:-}
in_use=$(sql --dbname postgres --command "
    SELECT string_agg(DISTINCT usename, ', ') FROM pg_stat_activity
    WHERE datname IN ('zapys_booking$suffix', 'zapys_identity$suffix', 'zapys_notifications$suffix', 'zapys_fiscal$suffix')
      AND usename LIKE '%\_app'")
[ -z "$in_use" ] || { echo "services are connected: $in_use; stop them first" >&2; exit 1; }

erasures=$(dirname "$1")/erasures
"$here/erasures.sh" "$(dirname "$1")" 2>/dev/null ||
    echo "who was erased is known only as of the last backup or erasures.sh: the databases themselves cannot tell any more" >&2

for service in identity booking fiscal notifications; do
    database=zapys_$service$suffix
    # Into a database beside it first: one that cannot be restored leaves everything as it was.
    fresh=${database}_restored
    sql --dbname postgres --command "DROP DATABASE IF EXISTS \"$fresh\" WITH (FORCE)"
    sql --dbname postgres --command "CREATE DATABASE \"$fresh\" OWNER ${service}_owner"
    sql --dbname "$fresh" --set service="$service" --file "$here/database.sql" >/dev/null
    pg_restore --dbname "$fresh" --exit-on-error --single-transaction "$1/$service.dump"
    if ! diff "$1/$service.rows" <(sql --dbname "$fresh" --file "$here/rows.sql") >&2; then
        echo "$database: not the rows that were backed up; nothing was replaced" >&2
        exit 1
    fi
    sql --dbname "$fresh" --file "$here/after_restore.sql"
    {
        echo 'CREATE TEMP TABLE listed (line text); COPY listed FROM STDIN;'
        [ ! -f "$erasures" ] || cat "$erasures"
        printf '%s\n' '\.'
        cat "$here/erased_again.sql"
    } | sql --dbname "$fresh" --set service="$service"
done

for service in identity booking fiscal notifications; do
    database=zapys_$service$suffix
    sql --dbname postgres --command "DROP DATABASE IF EXISTS \"$database\" WITH (FORCE)"
    sql --dbname postgres --command "ALTER DATABASE \"${database}_restored\" RENAME TO \"$database\""
    echo "$database: as of $(cat "$1/taken_at"), every table with the rows that were backed up"
done
