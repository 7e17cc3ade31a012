-- After a restore: whom the list of erasures (erasures.sh) has, and this database does not know as erased. Run in the
-- session that has the list as the table `listed`; the service erases them again within a minute of its start.
SELECT to_regclass('public.erasure_to_repeat') IS NOT NULL AS repeats, :'service' = 'booking' AS has_clients,
    :'service' = 'identity' AS has_logins \gset
\if :has_clients
    CREATE TEMP TABLE again AS
    SELECT account_id, id FROM client JOIN listed ON line = format('client %s %s', account_id, id) WHERE erased_at IS NULL;
    \if :repeats
        INSERT INTO erasure_to_repeat (account_id, client_id) SELECT account_id, id FROM again ON CONFLICT DO NOTHING;
    \endif
    SELECT count(*) AS people FROM again \gset
\elif :has_logins
    CREATE TEMP TABLE again AS
    SELECT id FROM app_user JOIN listed ON line = format('login %s', id) WHERE erased_at IS NULL;
    \if :repeats
        INSERT INTO erasure_to_repeat (user_id) SELECT id FROM again ON CONFLICT DO NOTHING;
    \endif
    SELECT count(*) AS people FROM again \gset
\else
    \set people 0
\endif
SELECT :people > 0 AS is_any, :people > 0 AND NOT :'repeats'::boolean AS is_by_hand \gset
\if :is_by_hand
    \warn 'this backup is of a version that erases nobody again: erase these by hand' :people 'in' :service
    TABLE again;
\elif :is_any
    \echo :service: :people 'erased since the backup are erased again when the service runs'
\endif
