"""Everything that identity listens to: its own words, so that its copies for the HTTP edge heal like anybody's."""

from kit import access
from kit.messaging import Consumers

consumers = Consumers("identity")

access.listen(consumers)
