"""Identity listens to nobody. Its copies for the HTTP edge change in the transactions that say the events: listening to
itself would add nothing, and a queue of its own would hide from the relay that nobody else heard."""

from kit.messaging import Consumers

consumers = Consumers("identity")
