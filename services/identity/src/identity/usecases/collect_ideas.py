"""Wishes: written by people, counted by firms."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from contracts.http.feedback import IdeaAnswer, IdeaBody
from identity.errors import TooMuchFeedback
from identity.feedback_tables import Idea, IdeaVote
from identity.tables import Membership
from kit.db import Tx
from kit.errors import InvalidInput, NotFound

A_DAY = timedelta(days=1)
MOST_A_DAY = 5
SHOWN = 200


async def ideas_of(tx: Tx, voters: set[UUID], *, with_hidden: bool = False) -> list[IdeaAnswer]:
    """The most wanted first; `voters` are those whose votes are the reader's own."""
    votes = select(IdeaVote.idea_id, func.count().label("votes")).group_by(IdeaVote.idea_id).subquery()
    count = func.coalesce(votes.c.votes, 0)
    rows = select(Idea, count).join(votes, votes.c.idea_id == Idea.id, isouter=True)
    if not with_hidden:
        rows = rows.where(~Idea.is_hidden)
    found = (await tx.execute(rows.order_by(count.desc(), Idea.created_at, Idea.id).limit(SHOWN))).all()
    own = select(IdeaVote.idea_id).where(IdeaVote.voter_id.in_(voters))
    mine = set(await tx.scalars(own)) if voters else set()
    return [_answer(idea, votes_of, idea.id in mine) for idea, votes_of in found]


async def write_idea(tx: Tx, user_id: UUID, body: IdeaBody, now: datetime) -> IdeaAnswer:
    """A new wish with its author's own vote. Raises `TooMuchFeedback` past the limit of a day."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(user_id), 0))))
    since = select(func.count()).where(Idea.author_id == user_id, Idea.created_at > now - A_DAY)
    if (await tx.scalar(since) or 0) >= MOST_A_DAY:
        raise TooMuchFeedback(int(A_DAY.total_seconds()), MOST_A_DAY)
    idea = Idea(title=body.title, text=body.text, author_id=user_id, created_at=now, state="open", is_hidden=False)
    tx.add(idea)
    await tx.flush()
    await vote(tx, idea.id, user_id, await voter_of(tx, user_id, None), now)
    return _answer(idea, 1, voted=True)


async def vote(tx: Tx, idea_id: UUID, user_id: UUID, voter_id: UUID, now: datetime) -> None:
    """Count once, however often it is pressed. Raises `NotFound`."""
    await idea_named(tx, idea_id)
    values = {"idea_id": idea_id, "voter_id": voter_id, "user_id": user_id, "at": now}
    await tx.execute(insert(IdeaVote).values(values).on_conflict_do_nothing())


async def take_vote_back(tx: Tx, idea_id: UUID, voter_id: UUID) -> None:
    """As if it had not been pressed. Raises `NotFound`."""
    await idea_named(tx, idea_id)
    await tx.execute(delete(IdeaVote).where(IdeaVote.idea_id == idea_id, IdeaVote.voter_id == voter_id))


async def idea_named(tx: Tx, idea_id: UUID, *, with_hidden: bool = False) -> Idea:
    """Raises `NotFound`, also for a hidden one."""
    idea = await tx.get(Idea, idea_id)
    if idea is None or (idea.is_hidden and not with_hidden):
        raise NotFound("idea")
    return idea


async def voters_of(tx: Tx, user_id: UUID) -> set[UUID]:
    """The person and every firm they work in."""
    rows = select(Membership.account_id).where(Membership.user_id == user_id, Membership.removed_at.is_(None))
    return {user_id, *await tx.scalars(rows)}


async def voter_of(tx: Tx, user_id: UUID, account_id: UUID | None) -> UUID:
    """In whose name a person votes: a firm where they work in one. Raises `InvalidInput` for another's firm."""
    firms = await voters_of(tx, user_id) - {user_id}
    if account_id is not None:
        if account_id not in firms:
            raise InvalidInput.of("/account_id", "unknown_account")
        return account_id
    return min(firms) if firms else user_id


def _answer(idea: Idea, votes: int, voted: bool) -> IdeaAnswer:
    return IdeaAnswer.model_validate(
        {
            "id": idea.id,
            "title": idea.title,
            "text": idea.text,
            "state": idea.state,
            "votes": votes,
            "voted": voted,
            "created_at": idea.created_at,
            "hidden": idea.is_hidden,
        }
    )
