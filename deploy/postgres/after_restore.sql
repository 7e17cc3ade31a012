-- What a service that was put back to an earlier moment cannot know by itself; run before it starts.

-- The four databases were not backed up at the same instant, and what the broker held is gone: whatever the outbox still
-- keeps is said once more, and whoever has heard it already has its mark. Secrets are not kept and not repeated.
UPDATE outbox SET published_at = NULL, leased_until = NULL, attempts = 0, next_attempt_at = clock_timestamp()
WHERE published_at IS NOT NULL AND NOT secret;

-- A message that has fallen due since then may have gone, and nobody here remembers. It is left as a sender that died
-- would leave it: of unknown fate, asked about where the provider can be asked, repeated by nobody but a person.
SELECT to_regclass('public.notification') IS NOT NULL AS sends \gset
\if :sends
UPDATE notification
SET state = 'sending', claim_id = gen_random_uuid(), leased_until = clock_timestamp(), due_at = NULL
WHERE state IN ('planned', 'held') AND due_at <= clock_timestamp();
\endif
