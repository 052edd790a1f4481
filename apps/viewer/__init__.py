"""The viewer: a creature in a browser page, to watch, to turn and to carve."""

from apps.viewer.embedding import Embedding, view
from apps.viewer.server import serve

__all__ = ["Embedding", "serve", "view"]
