"""The list of sections beside every page of an account: groups in the order in which a firm is set up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """One entry; its words are `section.<name>`, its page lies at `/manage/{account}/<name>`."""

    name: str
    icon: str


@dataclass(frozen=True)
class Group:
    """Sections under one heading, `group.<name>`."""

    name: str
    sections: tuple[Section, ...]


HOME = "overview"

GROUPS = (
    Group("start", (Section(HOME, "home"),)),
    Group(
        "work",
        (
            Section("services", "tag"),
            Section("staff", "people"),
            Section("closed-days", "calendar"),
            Section("locations", "pin"),
            Section("resources", "grid"),
            Section("stock", "store"),
        ),
    ),
    Group("clients", (Section("clients", "person"), Section("reviews", "message"))),
    Group("money", (Section("cash-registers", "cash"), Section("reports", "history"))),
    Group(
        "messages",
        (
            Section("messages", "bell"),
            Section("balance", "card"),
            Section("integrations", "external"),
        ),
    ),
    Group(
        "account",
        (
            Section("settings", "edit"),
            Section("site", "globe"),
            Section("rights", "lock"),
            Section("api-keys", "external"),
            Section("audit", "history"),
            Section("deleted", "refresh"),
        ),
    ),
)
