"""A collector of spans: the OTLP/HTTP end that services send to while they are tested."""

import threading
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class SeenSpan:
    """What a test asks about a span."""

    trace_id: str
    service: str
    name: str
    kind: int
    attributes: dict[str, str]


class SpanCollector:
    """Collects in a thread of its own; `spans` grows while services work, `received` holds what came over the wire."""

    def __init__(self) -> None:
        self.spans: list[SeenSpan] = []
        self.received: list[bytes] = []
        collected, received = self.spans, self.received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.append(body)
                collected.extend(_read(body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def services_by_trace(self) -> dict[str, set[str]]:
        """Which services took part in each trace."""
        found: dict[str, set[str]] = defaultdict(set)
        for span in list(self.spans):
            found[span.trace_id].add(span.service)
        return found

    def close(self) -> None:
        """Stop collecting."""
        self._server.shutdown()
        self._server.server_close()


def _read(body: bytes) -> list[SeenSpan]:
    request = ExportTraceServiceRequest.FromString(body)
    seen = []
    for resource in request.resource_spans:
        service = next((a.value.string_value for a in resource.resource.attributes if a.key == "service.name"), "")
        for scope in resource.scope_spans:
            for span in scope.spans:
                attributes = {a.key: str(a.value.string_value or a.value.int_value) for a in span.attributes}
                seen.append(SeenSpan(span.trace_id.hex(), service, span.name, int(span.kind), attributes))
    return seen
