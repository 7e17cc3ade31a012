"""Pictures that pages draw themselves."""

import base64


def square_code(content: str) -> str:
    """A QR code, ready to be the address of an image."""
    import segno

    drawn = segno.make(content, error="m").svg_inline(border=2, dark="#000", light="#fff", omitsize=True)
    framed = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(framed.encode()).decode()}"
