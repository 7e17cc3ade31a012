"""The XML of the SOAP gateway: SOAP 1.1, document/literal, and its WSDL."""

from xml.etree import ElementTree
from xml.sax.saxutils import escape

from jinja2 import Environment, PackageLoader

NAMESPACE = "http://turbosms.in.ua/api/Turbo"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
OPERATIONS: dict[str, tuple[str, ...]] = {
    "Auth": ("login", "password"),
    "GetCreditBalance": (),
    "SendSMS": ("sender", "destination", "text", "wappush"),
    "GetMessageStatus": ("MessageId",),
    "GetNewMessages": (),
}
LISTS = frozenset({"SendSMS", "GetNewMessages"})

_templates = Environment(loader=PackageLoader("simulators"), autoescape=True)


class BadEnvelope(ValueError):
    """The request is not a SOAP call of a known operation."""


def read_call(body: bytes) -> tuple[str, dict[str, str]]:
    """The operation and its arguments; `BadEnvelope` says what is wrong."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise BadEnvelope("DTD is not supported by SOAP")
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise BadEnvelope("Bad Request") from error
    soap_body = root.find(f"{{{ENVELOPE}}}Body")
    if soap_body is None or len(soap_body) == 0:
        raise BadEnvelope("Body must be present in a SOAP envelope")
    call = soap_body[0]
    operation = _local(call.tag)
    if operation not in OPERATIONS:
        raise BadEnvelope(f"Function ({operation!r}) is not a valid method for this service")
    return operation, {_local(argument.tag): argument.text or "" for argument in call}


def reply(operation: str, result: str | list[str]) -> str:
    """The envelope of an answer; a list stands in `ResultArray` elements."""
    if isinstance(result, list):
        inside = "".join(f"<ns1:ResultArray>{escape(line)}</ns1:ResultArray>" for line in result)
    else:
        inside = escape(result)
    answer = (
        f"<ns1:{operation}Response><ns1:{operation}Result>{inside}</ns1:{operation}Result></ns1:{operation}Response>"
    )
    return _wrapped(answer)


def fault(text: str) -> str:
    return _wrapped(
        f"<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>{escape(text)}</faultstring></SOAP-ENV:Fault>"
    )


def wsdl(address: str) -> str:
    return _templates.get_template("turbosms.wsdl").render(
        address=address, namespace=NAMESPACE, operations=OPERATIONS, lists=LISTS
    )


def _wrapped(inside: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}" xmlns:ns1="{NAMESPACE}">'
        f"<SOAP-ENV:Body>{inside}</SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
