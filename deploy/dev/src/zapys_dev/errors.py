"""What the command line says when it cannot go on."""


class Trouble(Exception):
    """Something that a person can cure: one sentence on what is wrong and one on what to do."""

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(f"{what} {cure}".strip())
        self.what = what
        self.cure = cure
