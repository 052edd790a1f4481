"""What rules are asked to grow: built-in shapes, pictures and voxel files."""

from voxnca.targets.shapes import make_shape as load_target  # replaced by loading.py
from voxnca.targets.shapes import shape_names as target_names
from voxnca.targets.target import Target

__all__ = ["Target", "load_target", "target_names"]
