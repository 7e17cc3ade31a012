#!/bin/bash
# Adds to the list $1/erasures whoever was erased since it was written last: ids alone, a line each, none is ever taken out.
# restore.sh reads it, so that nobody comes back with an older database. Run it as often as an erasure may not be lost.
# Where the server is and who asks: as for backup.sh.
set -euo pipefail

[ $# -eq 1 ] && [ -d "$1" ] || { echo "usage: erasures.sh FOLDER, the one that backup.sh is given" >&2; exit 2; }
export LC_ALL=C
list=$1/erasures

told() { # by the database of service $1, what $2 asks
    psql --dbname "zapys_$1${ZAPYS_DATABASE_SUFFIX:-}" --no-psqlrc --quiet --no-align --tuples-only \
        --set ON_ERROR_STOP=1 --command "$2"
}

umask 077
exec {lock}>>"$list"
flock --timeout 60 "$lock"
now=$(
    told booking "SELECT format('client %s %s', account_id, id) FROM client WHERE erased_at IS NOT NULL" &&
        told identity "SELECT format('login %s', id) FROM app_user WHERE erased_at IS NOT NULL"
)
sort -u <<<"$now" | comm -13 <(sort -u "$list") - | sed '/^$/d' >>"$list"
