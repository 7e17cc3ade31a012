"""The only public door: API, pages, callbacks."""
