"""docs/settings.md: every variable a process reads."""

import importlib
from pathlib import Path

from pydantic import SecretStr

from zapys_dev.generated.product import write
from zapys_dev.services import NAMES


def generate(docs: Path) -> None:
    """Write the document."""
    lines = [
        "# Settings",
        "",
        "Written by `./zapys docs` from the settings classes. Every process reads its own prefix;",
        "`_FILE` variables name a file that holds the secret. `./zapys up` sets all of them.",
    ]
    for name in NAMES:
        settings = importlib.import_module(f"{name}.settings").Settings
        prefix = settings.model_config["env_prefix"]
        lines += ["", f"## {name}", "", "| variable | default |", "|---|---|"]
        for field, about in sorted(settings.model_fields.items()):
            default = about.get_default(call_default_factory=True)
            shown = default.get_secret_value() if isinstance(default, SecretStr) else default
            lines.append(f"| `{prefix}{field.upper()}` | {_shown(shown)} |")
    write(docs / "settings.md", lines)


def _shown(default: object) -> str:
    if default is None or default == "":
        return "not set"
    return f"`{default}`"
