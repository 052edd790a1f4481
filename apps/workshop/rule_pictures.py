"""Draw the small pictures of the named rules: `python -m apps.workshop.rule_pictures`."""

from __future__ import annotations

from analysis import rules
from apps.thumbnails import rule_thumbnail, rule_thumbnail_path
from voxnca.atomic import write_bytes


def main() -> None:
    """Write a .png for every rule of the catalogue: what becomes of a soup under it."""
    for entry in rules.entries():
        path = rule_thumbnail_path(entry.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, rule_thumbnail(entry.rule))
    print(f"{len(rules.entries())} pictures in {path.parent.name}/")


if __name__ == "__main__":
    main()
