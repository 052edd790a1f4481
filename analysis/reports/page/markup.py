"""Pieces of HTML that cannot be broken by what stands in them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape


class Markup(str):
    """HTML as it is to be sent; any other text is escaped on its way into an element."""

    __slots__ = ()


Content = Markup | str | int | None | Iterable["Content"]
"""What stands in an element: text, elements, lists of these; None is nothing."""
Attribute = str | int | float | bool | None

_VOID = {"img", "br", "hr", "meta", "col", "line", "rect", "path", "circle", "polyline"}
"""Elements that hold nothing; those of SVG close themselves."""


def tag(name: str, *content: Content, **attributes: Attribute) -> Markup:
    """Make an element.

    Args:
        name: of the element.
        *content: what stands in it.
        **attributes: `class_` is `class`, `aria_label` is `aria-label`; True is an attribute
            without a value, None and False none at all.
    """
    start = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}"
    if name in _VOID:
        return Markup(f"{start}/>")
    return Markup(f"{start}>{joined(content)}</{name}>")


def joined(content: Content) -> Markup:
    """Put pieces one after the other."""
    if content is None:
        return Markup()
    if isinstance(content, Markup):
        return content
    if isinstance(content, str | int):
        return Markup(escape(str(content)))
    return Markup("".join(joined(piece) for piece in content))


def data_uri(png: bytes) -> str:
    """Return a picture as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
