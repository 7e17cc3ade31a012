"""Requests made from the description of a route, good enough to come past the reading of the request."""

from typing import Any
from uuid import UUID

from contracts.permissions import Permission

OLD_ID = UUID("01890000-0000-7000-8000-000000000001")
"""Nothing has this id, and it is so old that nobody waits for a copy of it."""

BARE = dict.fromkeys(Permission, False)

_BY_FORMAT = {
    "uuid": str(OLD_ID),
    "date": "2031-03-04",
    "date-time": "2031-03-04T10:00:00+02:00",
    "time": "10:00",
    "email": "olena@example.org",
    "uri": "https://example.org/hook",
}
_BY_NAME = {
    "phone": "+380671234567",
    "time_zone": "Europe/Kyiv",
    "country": "UA",
    "currency": "UAH",
    "city": "Київ",
    "language": "uk",
    "from": "09:00",
    "to": "18:00",
    "pattern": "weekly",
    "url": "https://example.org/hook",
    "email": "olena@example.org",
    "permission": "booking.view",
    "key": "good-key",
    "domain": "example.org",
}
_BY_PARAMETER = {
    "service_ids": str(OLD_ID),
    "at": "2031-03-04T10:00:00+02:00",
    "from": "2031-03-04",
    "to": "2031-03-05",
    "language": "uk",
    "kind": "reminder_eve",
}

BODIES: dict[str, Any] = {
    "set_schedule": {"pattern": "weekly", "days": {}},
    "show_schedule_days": {"from": "2031-03-04", "to": "2031-03-05", "schedule": {"pattern": "weekly", "days": {}}},
    "take_time_off": {"starts_at": "2031-03-04T10:00:00+02:00", "ends_at": "2031-03-04T11:00:00+02:00"},
    "book_as_staff": {"service_ids": [str(OLD_ID)], "starts_at": "2031-03-04T10:00:00+02:00", "client_id": str(OLD_ID)},
    "make_api_key": {"name": "Бухгалтерія", "permissions": ["settings.integrations"]},
    "add_member": {"phone": "+380671234567", "name": "Ніна", "role": "support", "permissions": BARE},
    "change_rules": {"change": {"kind": "holidays", "year": 2031, "dates": []}},
    "book_series": {
        "service_ids": [str(OLD_ID)],
        "starts_at": "2031-03-04T10:00:00+02:00",
        "client_id": str(OLD_ID),
        "repeat": {"unit": "week", "count": 3},
    },
    "add_to_waitlist": {
        "service_ids": [str(OLD_ID)],
        "client_id": str(OLD_ID),
        "first_day": "2031-03-04",
        "last_day": "2031-03-05",
    },
    "set_domain": {"host": "www.olga.ua"},
    "put_sms_provider": {"kind": "http-token", "token": "good-token", "sender_name": "Salon"},
}
"""Bodies whose fields depend on one another, by operation id."""


class Samples:
    """Values for the schemas of one OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})

    def body(self, operation: dict[str, Any]) -> Any:
        """A body, or none where the route takes none."""
        if operation["operationId"] in BODIES:
            return BODIES[operation["operationId"]]
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        return self.value(content["schema"]) if content else None

    def parameters(self, operation: dict[str, Any], where: str) -> dict[str, str]:
        """The parameters in the path (all) or in the query (only those that must be there)."""
        found = {}
        for parameter in operation.get("parameters", []):
            if parameter["in"] == where and (where == "path" or parameter.get("required")):
                name, schema = parameter["name"], parameter["schema"]
                found[name] = str(_BY_PARAMETER.get(name) or self.value(schema, name))
        return found

    def value(self, schema: dict[str, Any], name: str = "") -> Any:
        """The plainest value that the schema takes."""
        if "$ref" in schema:
            return self.value(self._schemas[schema["$ref"].rsplit("/", 1)[1]], name)
        for choice in ("anyOf", "oneOf", "allOf"):
            if choice in schema:
                return self.value(schema[choice][0], name)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                return [self.value(schema.get("items", {}), name)] * schema.get("minItems", 1)
            case "integer":
                return int(max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1))
            case "number":
                return max(schema.get("minimum", 1.0), 1.0)
            case "boolean":
                return True
            case "string":
                return self._string(schema, name)
        return None

    def _object(self, schema: dict[str, Any]) -> dict[str, Any]:
        needed = schema.get("required", [])
        fields = schema.get("properties", {})
        if not needed and fields:
            needed = list(fields)[:1]  # a change of nothing is no change
        return {field: self.value(fields[field], field) for field in needed if field in fields}

    def _string(self, schema: dict[str, Any], name: str) -> str:
        if schema.get("format") in _BY_FORMAT:
            return _BY_FORMAT[schema["format"]]
        if name in _BY_NAME:
            return _BY_NAME[name]
        return "x" * max(3, schema.get("minLength", 0))
