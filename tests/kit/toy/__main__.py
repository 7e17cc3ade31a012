"""`python -m tests.kit.toy worker`: the toy as a process of its own, to be killed."""

from kit.service import main
from tests.kit.toy.app import MIGRATIONS, Settings, build

if __name__ == "__main__":
    main("booking", Settings, build, MIGRATIONS)
