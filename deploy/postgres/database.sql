-- What one service's database looks like before its first migration; run inside it. Parameter: service.
-- Nobody but the service's own roles may connect, and only the owner may create anything.
SELECT set_config('zapys.service', :'service', false);

CREATE EXTENSION IF NOT EXISTS btree_gist;

DO $$
DECLARE
    service text := current_setting('zapys.service');
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), service || '_app');
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    EXECUTE format('GRANT ALL ON SCHEMA public TO %I', service || '_owner');
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I, %I', service || '_app', service || '_system');
END
$$;
