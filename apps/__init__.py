"""What people run: the `voxnca` command, the viewer, and the workshop that makes the models."""
