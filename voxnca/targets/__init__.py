"""What rules are asked to grow: built-in shapes, pictures and voxel files."""

from voxnca.targets.loading import load_target
from voxnca.targets.shapes import shape_names as target_names
from voxnca.targets.target import Target

__all__ = ["Target", "load_target", "target_names"]
