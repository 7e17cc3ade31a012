"""The product as people meet it: through the gateway alone, all parts real."""
