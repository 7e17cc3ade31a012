"""Mechanism that two or more services use: database, messages, HTTP edge, access, telemetry."""

from .lean import without

# Both libraries take up more where a developer's tools are installed beside them: structlog draws tracebacks with rich,
# OpenTelemetry describes the process with psutil. No service shows either, and together they are 9 MB of each process.
with without("rich", "psutil"):
    import opentelemetry.sdk.resources
    import structlog

__all__ = ["opentelemetry", "structlog"]
