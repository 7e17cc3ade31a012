-- The three roles of one service, made once per server. Parameters: service, owner_password, app_password.
--   <service>_owner   owns the database and runs the migrations
--   <service>_app     what the running service signs in as; row level security always applies to it
--   <service>_system  work across accounts; reached by SET ROLE alone, so crossing the border is always written down
-- The application role is NOINHERIT: being a member of the system role gives it nothing until it says SET ROLE.
SELECT set_config('zapys.service', :'service', false),
       set_config('zapys.owner_password', :'owner_password', false),
       set_config('zapys.app_password', :'app_password', false);

DO $$
DECLARE
    service text := current_setting('zapys.service');
    owner_role text := service || '_owner';
    app_role text := service || '_app';
    system_role text := service || '_system';
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY[owner_role, app_role, system_role] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I', role_name);
        END IF;
    END LOOP;
    EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', owner_role, current_setting('zapys.owner_password'));
    EXECUTE format('ALTER ROLE %I LOGIN NOINHERIT PASSWORD %L', app_role, current_setting('zapys.app_password'));
    EXECUTE format('ALTER ROLE %I NOLOGIN', system_role);
    IF NOT pg_has_role(app_role, system_role, 'MEMBER') THEN
        EXECUTE format('GRANT %I TO %I', system_role, app_role);
    END IF;
END
$$;

SELECT set_config('zapys.owner_password', '', false), set_config('zapys.app_password', '', false);
