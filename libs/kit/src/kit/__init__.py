"""Mechanism that two or more services use: database, messages, HTTP edge, access, telemetry."""

from .lean import never, on_demand, without

# Both libraries take up more where a developer's tools are installed beside them: structlog draws tracebacks with rich,
# OpenTelemetry describes the process with psutil. No service shows either, and together they are 9 MB of each process.
with without("rich", "psutil"):
    import opentelemetry.sdk.resources
    import structlog

# FastAPI looks whether a model is one of pydantic's first version, and there is none: 1.5 MB of each process.
never("pydantic.v1")
# The package brings its command line with it, 1 MB: servers are made from its modules.
on_demand("uvicorn")
# FastStream wants its mock, which needs nothing of the rest.
on_demand("unittest")

__all__ = ["opentelemetry", "structlog"]
