"""The `voxnca` command: how each command is typed. What it does stands in `apps.commands`.

Those modules load torch, which takes a second or more, so they are imported by the command that
needs them: `voxnca --help` does not wait.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from apps.options import DEFAULTS, RULE_HIDDEN_SIZE, Task, TrainOptions

USER_ERROR = 2
BROKEN_PIPE = 141  # what a shell reports of a program that SIGPIPE ended


P = ParamSpec("P")


@contextmanager
def plain_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process at once: torch, while it loads, aborts on an exception."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def told_in_one_line(command: Callable[P, None]) -> Callable[P, None]:
    """Turn an error that the user can mend into one line on stderr and exit code 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with plain_interrupt():
            from voxnca import VoxncaError

        try:
            command(*args, **kwargs)
        except VoxncaError as error:
            typer.echo(f"voxnca: {error}", err=True)
            raise typer.Exit(USER_ERROR) from error
        except BrokenPipeError as error:
            # Python flushes stdout once more at its exit: give it a place to go.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(BROKEN_PIPE) from error

    return run


Size = Annotated[
    int | None,
    typer.Option(help="Longest side of the target.", show_default="24, or the file's own up to 64"),
]
Up = Annotated[
    str | None,
    typer.Option(
        help="Which axis of a mesh points up: x, y or z.",
        show_default="y for .obj and .glb, else z",
    ),
]
Hollow = Annotated[bool, typer.Option("--hollow", help="Keep a shell of a mesh, one voxel thick.")]

app = typer.Typer(
    name="voxnca",
    help="Neural cellular automata in 2D and 3D: grow, wound, heal, train.",
    epilog="Example: voxnca app mushroom",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"voxnca {version('voxnca')}")
        raise typer.Exit


@app.callback()
def common(
    ctx: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    if ctx.invoked_subcommand != "bench":
        # Torch's idle threads would go on spinning for milliseconds after each operation, on the
        # very cores where the engine's threads work. What is measured is left as it is.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@app.command(
    "app",
    epilog="Examples: voxnca app mushroom\n\nvoxnca app castle.safetensors --port 8081\n\n"
    "voxnca app mushroom --state wounded.npy\n\nvoxnca app B36/S23\n\n"
    "voxnca app gosper-glider-gun",
)
@told_in_one_line
def open_app(
    item: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL|RULE|TARGET|PATTERN]",
            help="A shipped model, a hand-made rule (B3/S23, wireworld, 4555: see voxnca rules), "
            "a target or a pattern, by name or file.",
            show_default="mushroom",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    size: Size = None,
    up: Up = None,
    hollow: Hollow = False,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="State to start from: a .npy of voxnca grow; for a hand-made rule a pattern: "
            ".rle .rle3 .mc .cells.",
            show_default="the seed, or a soup",
        ),
    ] = None,
    healing: Annotated[
        Path | None,
        typer.Option(
            "--map",
            metavar="FILE",
            help="Report of voxnca certify --json, for the look that shows how wounds heal.",
        ),
    ] = None,
) -> None:
    """Watch a creature grow in a browser page, and carve it; or a hand-made rule, and draw."""
    from apps.commands.viewing import run
    from apps.items import Reading

    reading = Reading(size, up, hollow)
    run(
        item,
        reading,
        host=host,
        port=port,
        open_browser=browser,
        state=state,
        healing=healing,
    )


@app.command(
    epilog="Examples: voxnca train castle.vox -o castle.safetensors\n\n"
    "voxnca train duck --size 16 --preset fast -o duck.safetensors\n\n"
    "voxnca train castle.vox -o castle.safetensors --resume\n\n"
    "Ctrl-C saves what there is and exits with 130.",
)
@told_in_one_line
def train(
    ctx: typer.Context,
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="TARGET...",
            help="What to grow: a built-in target, or a file: see voxnca targets show. "
            "Several with --goals; vine with --steer or --seek.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Model to write. FILE.train.safetensors beside it keeps what --resume needs.",
        ),
    ],
    size: Size = None,
    up: Up = None,
    hollow: Hollow = False,
    certifiable: Annotated[
        bool,
        typer.Option(
            "--certifiable",
            help="Grow TARGET and come to rest, so that what it survives can be proven.",
        ),
    ] = False,
    goals: Annotated[
        bool, typer.Option("--goals", help="Grow whichever TARGET is asked for, and morph.")
    ] = False,
    obstacles: Annotated[
        bool, typer.Option("--obstacles", help="Grow TARGET round whatever stands in its way.")
    ] = False,
    steer: Annotated[
        bool, typer.Option("--steer", help="Grow a vine to a beacon, where a signal shows the way.")
    ] = False,
    seek: Annotated[
        bool, typer.Option("--seek", help="The same without a signal: the rule finds the way.")
    ] = False,
    num_dims: Annotated[
        int | None,
        typer.Option("--dims", help="2 or 3, of a vine.", show_default="2"),
    ] = None,
    preset: Annotated[
        str, typer.Option(help="How long to train: fast, default or thorough.")
    ] = DEFAULTS.preset,
    num_steps: Annotated[
        int | None,
        typer.Option(
            "--num-steps",
            "--steps",
            help="Training steps.",
            show_default="what the preset takes for the target",
        ),
    ] = DEFAULTS.num_steps,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = DEFAULTS.seed,
    fire_rate: Annotated[
        float, typer.Option(help="Probability that a cell updates in a step.")
    ] = DEFAULTS.fire_rate,
    num_channels: Annotated[
        int, typer.Option("--channels", help="Channels a cell.")
    ] = DEFAULTS.num_channels,
    hidden_size: Annotated[
        int, typer.Option("--hidden", help="Units of the hidden layer.")
    ] = DEFAULTS.hidden_size,
    perception: Annotated[
        str,
        typer.Option(
            help="sobel, difference, neighbour_sum, laplacian, faces, learned, or several joined "
            "by +."
        ),
    ] = DEFAULTS.perception,
    border: Annotated[
        str, typer.Option(help="What lies outside the grid: zero, replicate or circular.")
    ] = DEFAULTS.border,
    grow_steps: Annotated[
        int | None,
        typer.Option(
            help="Steps by which the pattern is to be grown.",
            show_default="by the target's size and the longest way through it",
        ),
    ] = DEFAULTS.grow_steps,
) -> None:
    """Train a rule to grow a target from one cell, and to heal it."""
    from apps.commands.assignment import Assignment
    from apps.commands.training import run
    from apps.items import Reading

    options = TrainOptions(
        preset=preset,
        num_steps=num_steps,
        seed=seed,
        fire_rate=fire_rate,
        num_channels=num_channels,
        hidden_size=hidden_size,
        perception=perception,
        border=border,
        grow_steps=grow_steps,
    )
    given = {key for key in vars(options) if _is_given(ctx, key)}
    task = _one_of(
        certifiable=certifiable, goals=goals, obstacles=obstacles, steer=steer, seek=seek
    )
    reading = Reading(size, up, hollow)
    assignment = Assignment(targets, options, reading, task, num_dims, given)
    run(assignment, output, resume=resume, force=force)


@app.command(
    "learn-rule",
    epilog="Examples: voxnca learn-rule B3/S23 -o life.safetensors\n\n"
    "voxnca learn-rule wireworld --seed 3 -o wires.safetensors\n\n"
    "voxnca learn-rule B3/S23 --perception sobel --force -o blind.safetensors\n\n"
    "Ctrl-C saves what there is and exits with 130.",
)
@told_in_one_line
def learn_rule(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE", help="A hand-made rule: a name, a notation or a .rule file."
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Model to write.")],
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 0,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, help="Most steps; it stops when nothing is wrong.", show_default="6000"
        ),
    ] = None,
    hidden_size: Annotated[
        int, typer.Option("--hidden", help="Units of the hidden layer.")
    ] = RULE_HIDDEN_SIZE,
    perception: Annotated[
        str | None,
        typer.Option(
            help="sobel, difference, neighbour_sum, laplacian, learned, or several joined by +.",
            show_default="the simplest that can express the rule",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Overwrite FILE, and learn even what the perception cannot express.",
        ),
    ] = False,
) -> None:
    """Teach a network a hand-made rule, and check it over every neighbourhood."""
    from apps.commands.learning_rule import run

    run(
        rule,
        output,
        seed=seed,
        num_steps=steps,
        hidden_size=hidden_size,
        perception=perception,
        force=force,
    )


@app.command(
    epilog="Examples: voxnca grow mushroom -o mushroom.png\n\n"
    "voxnca grow mushroom --wound ball:r=5@20,16,16 -o healing.gif\n\n"
    "voxnca grow duck.safetensors --steps 200 --size 48 -o duck.vox\n\n"
    "voxnca grow mushroom -o mushroom.png --report\n\n"
    "voxnca grow mushroom --from wounded.npy --steps 96 -o healed.png\n\n"
    "voxnca grow shapes --goal heart -o heart.png\n\n"
    "voxnca grow vine --walls maze.png --root 2,2 --beacon 28,30 -o vine.gif",
)
@told_in_one_line
def grow(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A shipped model, or a model file.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="What to write: .png, .npy or .vox of the end, a .gif or .mp4 of the whole run.",
        ),
    ],
    steps: Annotated[
        int | None,
        typer.Option(
            min=0, help="Steps to run.", show_default="the model's T; 96 more after a wound"
        ),
    ] = None,
    wound: Annotated[
        list[str] | None,
        typer.Option(
            help="Cells to remove: ball:r=4@8,8,8, box:4,4,4-12,12,12, half:1,0,0@8,8,8 or "
            "noise:0.1; in index order, z first. Can be repeated.",
        ),
    ] = None,
    wound_at: Annotated[
        int | None,
        typer.Option(min=0, help="Step after which to wound.", show_default="the model's T"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the firing mask.")] = 0,
    size: Annotated[
        str | None,
        typer.Option(
            help="Side of the grid, or its sides: 32 or 24,32,32.",
            show_default="the target and a margin",
        ),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="STATE",
            help="State to grow from, a .npy that this command wrote; it begins as step 0.",
            show_default="the seed",
        ),
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option(
            metavar="GOAL",
            help="What a model with goals is to grow: a number, a target's name, or a weight for "
            "each goal: 0.5,0.5.",
            show_default="the first",
        ),
    ] = None,
    walls: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Cells where nothing may grow: the opaque ones of a .png, .vox or .npy, in the "
            "middle of the grid.",
        ),
    ] = None,
    beacon: Annotated[
        str | None,
        typer.Option(
            metavar="CELL",
            help="Where a vine is to grow, in index order: 3,20.",
            show_default="as in the first test layout",
        ),
    ] = None,
    root: Annotated[
        str | None,
        typer.Option(metavar="CELL", help="Where the seed is.", show_default="the middle"),
    ] = None,
    report: Annotated[
        bool,
        typer.Option(
            "--report",
            help="Print the form of the pattern over the run: volume, surface, components, holes, "
            "Euler characteristic, thickness, symmetry, and IoU with the target.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Grow a model from one cell, wound it if you like, and write what comes of it."""
    from apps.commands.growth import run
    from apps.setting import Asked

    run(
        model,
        output,
        steps=steps,
        wounds=wound or [],
        wound_at=wound_at,
        seed=seed,
        size=size,
        start=start,
        asked=Asked(goal, walls, beacon, root),
        with_report=report,
        as_json=as_json,
    )


@app.command(
    epilog="Examples: voxnca replay run.json\n\nvoxnca replay run.json -o run.gif",
)
@told_in_one_line
def replay(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A run that the page of voxnca app shared.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="What to write: .png, .npy or .vox of the end, a .gif or .mp4 of the whole run.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a recorded run again, and check that it ends in the same bits."""
    from apps.commands.replaying import run

    run(file, output, as_json=as_json)


@app.command(epilog="Examples: voxnca models\n\nvoxnca models castle.safetensors")
@told_in_one_line
def models(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MODEL]...", help="Models to show.", show_default="all shipped"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List models and how good they are, as measured when they were made."""
    from apps.commands.listing import list_models

    list_models(names or [], as_json=as_json)


targets_app = typer.Typer(
    epilog="Examples: voxnca targets --json\n\nvoxnca targets show castle.stl -o castle.png",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(targets_app, name="targets")


@targets_app.callback(invoke_without_command=True)
@told_in_one_line
def targets(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the built-in targets, or show one."""
    if ctx.invoked_subcommand is None:
        from apps.commands.listing import list_targets

        list_targets(as_json=as_json)


@targets_app.command(
    "show",
    epilog="Examples: voxnca targets show mushroom -o mushroom.png\n\n"
    "voxnca targets show ant.ply --up y --size 32 -o ant.png",
)
@told_in_one_line
def show_target(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A built-in target, or a file.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Picture to write: .png.")
    ] = None,
    size: Size = None,
    up: Up = None,
    hollow: Hollow = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure a target, say what is hard about it, and draw it."""
    from apps.commands.showing import show
    from apps.items import Reading

    show(target, output=output, reading=Reading(size, up, hollow), as_json=as_json)


rules_app = typer.Typer(
    epilog="Examples: voxnca rules --json\n\nvoxnca rules show B36/S23 -o highlife.png",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(rules_app, name="rules")


@rules_app.callback(invoke_without_command=True)
@told_in_one_line
def rules(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the hand-made rules that have names, or show one."""
    if ctx.invoked_subcommand is None:
        from apps.commands.rules import list_rules

        list_rules(as_json=as_json)


@rules_app.command(
    "show",
    epilog="Examples: voxnca rules show B36/S23\n\nvoxnca rules show wireworld\n\n"
    "voxnca rules show B2-a/S12 -o friends.png",
)
@told_in_one_line
def show_rule(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE", help="A name, or a notation: B3/S23, 345/2/4, B2-a/S12, B5/S4,5."
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Picture to write: .png.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Draw a rule, class by class, and measure its table."""
    from apps.commands.rules import show

    show(rule, output=output, as_json=as_json)


@app.command(
    epilog="Examples: voxnca compare B3/S23 B36/S23 -o report.html\n\n"
    "voxnca compare learned-life HighLife wireworld butterfly -o report.html --json report.json\n\n"
    "voxnca compare mine.safetensors B3/S23 --json - --quick",
)
@told_in_one_line
def compare(
    items: Annotated[
        list[str],
        typer.Argument(
            metavar="ITEM",
            help="Models and hand-made rules, 2D and 3D, by name, notation or file: 1 to 12.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Page to write: .html."),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", help="Figures to write, each with its unit: .json; - prints."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 0,
    quick: Annotated[
        bool, typer.Option("--quick", help="Take fewer random rules and wounds: a rough report.")
    ] = False,
) -> None:
    """Compare learned and hand-made rules: distances, chance, and what is exact, on one page."""
    from apps.commands.comparing import run
    from apps.commands.outputs import Outputs

    run(items, Outputs(output, figures), seed=seed, quick=quick)


@app.command(
    epilog="Examples: voxnca steer vine\n\n"
    "voxnca steer vine --layouts 500 --json r.json -o r.html\n\n"
    "voxnca steer mine.safetensors --against plain.safetensors --layouts 100",
)
@told_in_one_line
def steer(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="A shipped model that senses a beacon, or a model file."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Page to write, with its vines: .html."
        ),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", help="Figures to write, each with its unit: .json; - prints."
        ),
    ] = None,
    layouts: Annotated[
        int,
        typer.Option(min=1, max=100_000, help="Layouts of the test split; always the same ones."),
    ] = 500,
    size: Annotated[
        int | None,
        typer.Option(
            min=8, max=512, help="Side of the layouts.", show_default="32 in 2D, 20 in 3D"
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Steps that a vine has to grow, to follow and to heal.",
            show_default="the model's T",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the firing mask.")] = 0,
    controls: Annotated[
        bool,
        typer.Option(
            "--controls/--no-controls",
            help="Measure the rule blind and with a straight signal, too, and the ways themselves.",
        ),
    ] = True,
    against: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="A rule trained without walls, in the same layouts."),
    ] = None,
) -> None:
    """Measure how often a vine reaches its beacon, follows it, and heals, in unseen layouts."""
    from apps.commands.outputs import Outputs
    from apps.commands.steering import Trials, run

    run(model, Trials(layouts, size, steps, seed, controls, against), Outputs(output, figures))


@app.command(
    epilog="Examples: voxnca certify proven\n\n"
    "voxnca certify proven-3d -o report.html --json certificate.json --budget 5m\n\n"
    "voxnca certify --check certificate.json\n\n"
    "Ctrl-C keeps what was found, with -o or --json; the same command goes on.",
)
@told_in_one_line
def certify(
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="A shipped model, or a model file."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Page to write, with maps and pictures: .html."
        ),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", help="Certificate to write, with the figures; - prints."
        ),
    ] = None,
    radius: Annotated[
        int, typer.Option(min=0, max=64, help="Of the largest ball wounds, in cells.")
    ] = 4,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="How long it may take, like 90s, 5m or 1h.",
            show_default="as long as it takes",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 0,
    graph: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Graph of wounds and what they end in: .graphml."),
    ] = None,
    checked: Annotated[
        Path | None,
        typer.Option("--check", metavar="FILE", help="Verify a certificate afresh."),
    ] = None,
) -> None:
    """Find out what a pattern survives: proven, counted and measured."""
    from apps.commands.certifying import Work, run, verify
    from apps.commands.outputs import Outputs
    from voxnca import ArgumentError

    if checked is not None:
        verify(checked, model)
        return
    if model is None:
        raise ArgumentError("MODEL is missing; name one, or verify a certificate with --check FILE")
    run(model, Work(radius, budget, seed, graph), Outputs(output, figures))


@app.command(
    epilog="Examples: voxnca export B36/S23 -o high.rule\n\nvoxnca export wireworld -o wire.rule"
)
@told_in_one_line
def export(
    item: Annotated[
        str, typer.Argument(metavar="ITEM", help="A hand-made rule: a name, a notation or a file.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", metavar="FILE", help="What to write: a rule as .rule, for Golly."
        ),
    ],
) -> None:
    """Write a rule for another program."""
    from apps.commands.exporting import run

    run(item, output)


@app.command(
    epilog="Examples: voxnca bench\n\nvoxnca bench --threads 1 --json\n\nvoxnca bench rules"
)
@told_in_one_line
def bench(
    what: Annotated[
        str, typer.Argument(metavar="[engine|rules]", help="Networks, or hand-made rules.")
    ] = "engine",
    *,
    threads: Annotated[
        int | None, typer.Option(help="Threads to use.", show_default="one a core")
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=1, max=1000, help="How often each is timed, in turn with the others.")
    ] = 7,
    peer: Annotated[
        str | None, typer.Option(help="Another project's engine beside ours, if installed: cax.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure how fast networks or hand-made rules run, against others and against the limit."""
    from apps.bench.choosing import run

    run(what, num_threads=threads, num_rounds=rounds, as_json=as_json, peer=peer)


def _one_of(*, certifiable: bool, goals: bool, obstacles: bool, steer: bool, seek: bool) -> Task:
    """Return what is to be learned.

    Raises:
        ArgumentError: for more than one of the flags.
    """
    from voxnca import ArgumentError

    flags = {
        Task.CERTIFIABLE: certifiable,
        Task.GOALS: goals,
        Task.OBSTACLES: obstacles,
        Task.STEER: steer,
        Task.SEEK: seek,
    }
    chosen = [task for task, typed in flags.items() if typed]
    if len(chosen) > 1:
        typed = " ".join(f"--{task}" for task in chosen)
        raise ArgumentError(f"{typed}: a rule is trained for one of these; choose one")
    return chosen[0] if chosen else Task.GROW


def _is_given(ctx: typer.Context, name: str) -> bool:
    """Tell whether an option was typed, even if with its default."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def main() -> None:
    """Run the command line: exit 0, 2 for a user's error, 1 with a traceback for ours."""
    app(prog_name="voxnca")
