"""Acts on API keys."""
