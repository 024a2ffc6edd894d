"""``crowdcount models``: which models there are, and preparing one."""

import argparse
import sys
from pathlib import Path

from server.core.errors import ModelError
from server.models.catalogue import APPEARANCE, DENSITY, RELEASES, find_prepared, prepared_models
from server.models.checksum import check_prepared
from server.models.paths import default_models_dir

_DETECTOR = "yolo26n"
_PURPOSES = {
    "detector": "finding people",
    "appearance": "telling people apart",
    "density": "estimating crowds; optional",
}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    parser = commands.add_parser("models", help="list models, or fetch and prepare one")
    parser.set_defaults(run=run_list)
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list", help="names, sources, checksums, licences").set_defaults(run=run_list)
    pull = actions.add_parser("pull", help="fetch and prepare a model")
    pull.add_argument(
        "name", nargs="?", metavar="NAME", help=f"default: {_DETECTOR}, and {DENSITY} where it can be had"
    )
    pull.add_argument("--weights", type=Path, metavar="FILE", help="take the weights from this file")
    pull.add_argument("--sha256", metavar="SUM", help="pin weights that the list does not know to this checksum")
    pull.add_argument("--onnx", action="store_true", help="prepare it for ONNX Runtime, too")
    pull.add_argument("--again", action="store_true", help="prepare even if it is there already")
    pull.set_defaults(run=run_pull)


def run_list(_: argparse.Namespace) -> int:
    """Print what is known and what is prepared."""
    models_dir = default_models_dir()
    names = [*RELEASES, *(model.name for model in prepared_models(models_dir) if model.name not in RELEASES)]
    print(f"models directory: {models_dir}")
    for name in names:
        print()
        print(f"{name}: {_state(models_dir, name)}")
        release = RELEASES.get(name)
        if release:
            sources = [f"installed package {release.installed[0]}"] if release.installed else []
            sources += [release.url] if release.url else []
            sources += [f"PyPI wheel {release.wheel[0]}"] if release.wheel else []
            print(f"  for:     {_PURPOSES[release.kind]}")
            print(f"  sources: {'; '.join(sources)}")
            print(f"  sha256:  {release.sha256}")
            print(f"  licence: {release.licence}")
    return 0


def _state(models_dir: Path, name: str) -> str:
    try:
        model = find_prepared(models_dir, name)
        check_prepared(model)
    except ModelError as error:
        return error.message if error.code == "MODEL_BROKEN" else "not prepared"
    again = f"; `crowdcount models pull {name}` makes its 8 bits more precise" if model.outdated else ""
    return f"prepared, from {model.source}{again}"


def run_pull(arguments: argparse.Namespace) -> int:
    """Prepare a model; for a detector the network that tells people apart, too, and without a name all that is used."""
    from server.models.pull import pinned_release, pull

    models_dir = default_models_dir()
    release = pinned_release(arguments.name or _DETECTOR, arguments.sha256)
    if release.kind == "detector":
        pull(models_dir, RELEASES[APPEARANCE], _say, onnx=arguments.onnx)
    model = pull(models_dir, release, _say, arguments.weights, arguments.again, arguments.onnx)
    print(f"{model.name} is ready in {model.folder}")
    if arguments.name is None:
        _pull_density(models_dir, arguments.onnx)
    return 0


def _pull_density(models_dir: Path, onnx: bool) -> None:
    """Prepare the network for crowds if that is possible: everything else works without it."""
    from server.models.pull import pull

    try:
        model = pull(models_dir, RELEASES[DENSITY], _say, onnx=onnx)
    except (ModelError, OSError) as error:
        reason = str(error).rstrip(".")
        _say(f"{DENSITY}: crowds are not estimated ({reason}); try again with `crowdcount models pull {DENSITY}`.")
    else:
        print(f"{model.name} is ready in {model.folder}")


def _say(line: str) -> None:
    print(line, file=sys.stderr)
