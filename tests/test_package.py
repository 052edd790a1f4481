from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path
from types import FunctionType, ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import analysis
import voxnca

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("voxnca", "analysis", "apps")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WORKSHOP = ROOT / "apps" / "workshop"
SOURCES = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


@pytest.mark.parametrize("package", [voxnca, analysis])
def test_all_is_the_namespace(package: ModuleType) -> None:
    public = {
        name
        for name, value in vars(package).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    declared = {
        name
        for name in getattr(package, "__all__", ())
        if not name.startswith("_") and not isinstance(getattr(package, name), ModuleType)
    }
    assert public == declared


def test_no_module_bears_the_name_of_a_public_function() -> None:
    functions = {
        name
        for package in (voxnca, analysis)
        for name in getattr(package, "__all__", ())
        if isinstance(getattr(package, name), FunctionType)
    }
    assert "load" in functions
    assert not functions & {path.stem for path in SOURCES}
    assert not functions & {path.parent.name for path in SOURCES}


def test_the_library_loads_no_window_picture_or_command_line_code() -> None:
    code = "import sys, voxnca; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "torch" in loaded
    heavy = {"vtk", "vtkmodules", "pyvista", "PIL", "trame", "aiohttp", "typer", "scipy"}
    assert not heavy & set(loaded)


def test_imports_keep_to_the_layers() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    needed = _distributions(_imported(path for path in SOURCES if WORKSHOP not in path.parents))
    declared = _names(PROJECT["project"]["dependencies"])
    assert [module for module, owners in needed.items() if not owners & declared] == []
    assert declared - set().union(*needed.values()) == set()


def test_the_workshop_uses_what_is_installed_to_develop() -> None:
    needed = _distributions(_imported(WORKSHOP.glob("*.py")))
    declared = _names([*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]])
    assert [module for module, owners in needed.items() if not owners & declared] == []


def test_the_lock_file_pins_every_requirement_within_its_range() -> None:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    versions = {canonicalize_name(name): version for name, version in pins.items()}
    wanted = [
        *PROJECT["project"]["dependencies"],
        *PROJECT["dependency-groups"]["dev"],
        *PROJECT["build-system"]["requires"],
    ]
    for requirement in map(Requirement, wanted):
        version = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement
        assert "+" not in version


def test_the_wheel_works_from_another_folder(tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    _install_wheel(tmp_path / "dist", site)
    assert (site / "voxnca" / "py.typed").is_file()
    assert not (site / "tests").exists()
    assert not (site / "data").exists()
    pictures = (site / "voxnca" / "data" / "models").glob("*.png")
    assert {path.stem for path in pictures} == set(voxnca.model_names())
    assert {path.name for path in (site / "apps" / "viewer" / "www").iterdir()} == {
        path.name for path in (ROOT / "apps" / "viewer" / "www").iterdir()
    }
    assert list((site / "apps" / "notebooks").glob("*.ipynb"))
    code = "import apps.cli, voxnca; print(voxnca.__file__); apps.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "models"],
        cwd=elsewhere,
        env={"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    origin, *rows = done.stdout.splitlines()
    assert Path(origin).is_relative_to(site)
    listed = {row.split()[0] for row in rows if row} - {"model", "discrete"}
    assert listed == set(voxnca.model_names()) != set()


def _imported(paths: Iterable[Path]) -> set[str]:
    """Return the top-level packages, not our own, that files import."""
    modules: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.split(".")[0])
    return modules - set(sys.stdlib_module_names) - set(PACKAGES)


def _distributions(modules: set[str]) -> dict[str, set[str]]:
    """Return which distributions each package may come from; several share `trame`."""
    owners = packages_distributions()
    return {module: {canonicalize_name(name) for name in owners[module]} for module in modules}


def _names(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def _install_wheel(dist: Path, site: Path) -> None:
    python = [sys.executable, "-m"]
    build = [*python, "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = dist.glob("voxnca-*.whl")
    install = [*python, "pip", "install", "--no-deps", "--no-index", "--target", str(site)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
