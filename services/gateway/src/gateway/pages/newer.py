"""Somebody else has saved meanwhile: what was typed stays, and beside it stands what is saved now."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.clients import Refused

from .forms import Form, Mistake
from .words import t

STALE = "request.stale_version"
Words = Mapping[str, str]


def is_stale(refused: Refused) -> bool:
    """Whether the refusal says that another version was read."""
    return refused.code == STALE


def beside(form: Form, now: Form, labels: Words, said: Mapping[str, Words] | None = None) -> Form:
    """The typed form, which saves over what is there now once it is sent again.

    `now` is filled as the page would be by the saved state, with its `version`. `labels` are the fields to compare;
    `said` gives words for the values of a field, with "" for none.
    """
    kept = Form({**form.values, "version": now.many("version")}, fix=form.fix, trace_id=form.trace_id, code=form.code)
    kept.summary = form.summary or t("form.newer")
    for name, label in labels.items():
        if _plain(form, name) == _plain(now, name):
            continue
        words = (said or {}).get(name, {})
        told = ", ".join(words.get(value, value) for value in now.many(name)) or words.get("", "–")
        kept.errors.append(Mistake(name, t("form.saved_meanwhile", value=told), label))
    if not kept.errors:
        kept.errors.append(Mistake(None, t("form.newer_same")))
    return kept


def ticked() -> Words:
    """Words for a box."""
    return {"on": t("form.ticked"), "": t("form.not_ticked")}


def _plain(form: Form, name: str) -> list[str]:
    return sorted(" ".join(value.split()) for value in form.many(name) if value.strip())
