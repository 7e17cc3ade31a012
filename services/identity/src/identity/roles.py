"""Roles as presets of single rights, and which rights are dangerous. Names and reasons are in the catalogues."""

from contracts.permissions import Permission

OWNER = "owner"

EVERYTHING = frozenset(Permission)

_FRONT_DESK = frozenset(
    {
        Permission.BOOKING_VIEW,
        Permission.BOOKING_CREATE,
        Permission.BOOKING_RESCHEDULE,
        Permission.BOOKING_CANCEL,
        Permission.CLIENT_VIEW,
        Permission.CLIENT_EDIT,
        Permission.CLIENT_MESSAGE,
        Permission.CLIENT_VIEW_SURNAME,
        Permission.CLIENT_VIEW_PHONE,
        Permission.NOTIFICATIONS_VIEW,
    }
)

PRESETS: dict[str, frozenset[str]] = {
    OWNER: EVERYTHING,
    # Runs the place day by day; rights and settings of the firm stay with owner and manager.
    "administrator": _FRONT_DESK
    | {
        Permission.BOOKING_EDIT_PRICE,
        Permission.BOOKING_OVERRIDE,
        Permission.CATALOGUE_EDIT,
        Permission.SCHEDULE_EDIT_OWN,
        Permission.SCHEDULE_EDIT_ALL,
        Permission.CLIENT_VIEW_SOCIAL,
        Permission.SETTLEMENT_CREATE,
        Permission.SETTLEMENT_REVERSE,
        Permission.CASH_VIEW,
        Permission.CASH_CREATE,
        Permission.FISCAL_SHIFT_MANAGE,
        Permission.STOCK_WRITE_OFF,
        Permission.STAFF_EDIT,
        Permission.SETTINGS_NOTIFICATIONS,
        Permission.PAYMENTS_TOP_UP,
        Permission.REPORTS_VIEW,
    },
    # Everything but wiping out traces of money and bringing back who was let go.
    "manager": EVERYTHING - {Permission.CASH_DELETE, Permission.BOOKING_DELETE_PAID, Permission.STAFF_RESTORE},
    # Works with clients without seeing who they are outside of the visit.
    "master": frozenset(
        {
            Permission.BOOKING_VIEW,
            Permission.BOOKING_CREATE,
            Permission.BOOKING_RESCHEDULE,
            Permission.BOOKING_CANCEL,
            Permission.CLIENT_VIEW,
            Permission.CLIENT_MESSAGE,
        }
    ),
    # Call centre.
    "operator": _FRONT_DESK,
    # Looks, explains, brings back what was deleted; changes nothing else.
    "support": frozenset(
        {
            Permission.BOOKING_VIEW,
            Permission.CLIENT_VIEW,
            Permission.CASH_VIEW,
            Permission.NOTIFICATIONS_VIEW,
            Permission.REPORTS_VIEW,
            Permission.AUDIT_VIEW,
            Permission.STAFF_RESTORE,
        }
    ),
}

DANGEROUS = frozenset(
    {
        Permission.CLIENT_VIEW_SURNAME,
        Permission.CLIENT_VIEW_PHONE,
        Permission.CLIENT_VIEW_SOCIAL,
        Permission.CASH_DELETE,
        Permission.CASH_EDIT,
        Permission.BOOKING_DELETE_PAID,
        Permission.SCHEDULE_EDIT_OWN,
        Permission.SCHEDULE_EDIT_ALL,
        Permission.OPERATING_DAY_CHOOSE,
        Permission.PERMISSIONS_EDIT,
    }
)

MARKABLE = frozenset({Permission.STAFF_DELETE, Permission.PERMISSIONS_EDIT})
"""Rights whose use an account may leave to two people; money has rules of its own (docs/adr on the second person)."""
