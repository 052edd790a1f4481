"""Ways from cell to cell by faces: how far, by which cells, and after which signposts."""

from voxnca.ways.faces import check_cell, check_mask, face_steps
from voxnca.ways.paths import distances, follow, reached, way

__all__ = ["check_cell", "check_mask", "distances", "face_steps", "follow", "reached", "way"]
