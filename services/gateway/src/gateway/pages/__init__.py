"""The web pages: one module per page."""

from fastapi import APIRouter


def routers() -> list[APIRouter]:
    """Everything a browser may open."""
    return []
