#!/bin/bash
# Runs once, when the container's data directory is new: the roles and databases of the four services that own one.
# Passwords come from <SERVICE>_OWNER_PASSWORD and <SERVICE>_APP_PASSWORD, and that of a replica from REPLICATOR_PASSWORD.
set -euo pipefail

sql() { psql --username "$POSTGRES_USER" --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@" >/dev/null; }

for service in booking identity notifications fiscal; do
    prefix=${service^^}
    owner_password=${prefix}_OWNER_PASSWORD
    app_password=${prefix}_APP_PASSWORD
    sql --dbname postgres --set service="$service" --set owner_password="${!owner_password}" \
        --set app_password="${!app_password}" --file /zapys/roles.sql
    sql --dbname postgres --command "CREATE DATABASE zapys_$service OWNER ${service}_owner"
    sql --dbname "zapys_$service" --set service="$service" --file /zapys/database.sql
done

# Whoever follows this server (follow.sh) signs in as a role that reads what is written and nothing else.
sql --dbname postgres --set password="$REPLICATOR_PASSWORD" <<'SQL'
CREATE ROLE replicator REPLICATION LOGIN PASSWORD :'password';
SQL
echo "host replication replicator all scram-sha-256" >> "$PGDATA/pg_hba.conf"
