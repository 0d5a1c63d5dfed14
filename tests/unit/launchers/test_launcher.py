"""The launcher finds a Python that has the provider, and starts it isolated."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from constructs_lib.backend.plugin.server import handshake
from constructs_lib.constructs.synth import delivery

LAUNCHER = delivery.launcher_path(Path(), "linux_amd64", "fivetranops")
PATH = "/usr/bin:/bin"
PACKAGES = sysconfig.get_path("purelib")
ROOT = Path(__file__).resolve().parents[3]
LINE = re.compile(r"1\|6\|unix\|/[^|]+/s\|grpc\|\n")
HIDES = 'raise SystemExit("hidden by the working directory")'


def fake_python(path: Path, *, has_package: bool = True) -> Path:
    """Write a program that is started like Python: it serves, or hands over to the next."""
    path.parent.mkdir(parents=True, exist_ok=True)
    serves = f'echo "{path.name} serves $4" >&3' if has_package else 'exec "$5" --after "$6"'
    path.write_text(f'#!/bin/sh\n[ "$1 $2" = "-I -c" ] || exit 1\n{serves}\n')
    path.chmod(0o755)
    return path


def bare_environment(folder: Path) -> Path:
    """Make a virtual environment that has no package at all; returns its Python."""
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True)
    return python


def packages_of(python: Path) -> Path:
    (packages,) = python.parent.parent.glob("lib/python*/site-packages")
    return packages


def launch(
    folder: Path, launcher: Path = LAUNCHER, **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(folder / launcher)],
        cwd=folder,
        env={"PATH": PATH, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def started(folder: Path, **environ: str) -> Iterator[str]:
    """Start the provider as Terraform does; yields the first line that it reads."""
    cookie = {handshake.COOKIE_NAME: handshake.COOKIE}
    process = subprocess.Popen(
        [str(folder / LAUNCHER)],
        cwd=folder,
        env={"PATH": PATH, **cookie, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_each_launcher_serves_its_own_provider(tmp_path: Path) -> None:
    python = fake_python(tmp_path / "recorded")
    delivery.plant(tmp_path, providers=["elasticops", "fivetranops"], python=str(python))

    launcher = delivery.launcher_path(Path(), "linux_amd64", "elasticops")
    result = launch(tmp_path, launcher)

    assert result.stdout == "recorded serves elasticops\n"


def test_the_recorded_python_comes_first(tmp_path: Path) -> None:
    python = fake_python(tmp_path / "with space" / "recorded")
    named = fake_python(tmp_path / "named")
    delivery.plant(tmp_path, providers=["fivetranops"], python=str(python))

    result = launch(tmp_path, CONNECTIONS_PYTHON=str(named))

    assert result.stdout == "recorded serves fivetranops\n"


@pytest.mark.parametrize("recorded", ["gone", "broken", "without"])
def test_the_named_python_comes_second(recorded: str, tmp_path: Path) -> None:
    fake_python(tmp_path / "without", has_package=False)
    (tmp_path / "broken").write_text("#!/nowhere/python\n")
    (tmp_path / "broken").chmod(0o755)
    delivery.plant(tmp_path, providers=["fivetranops"], python=str(tmp_path / recorded))
    python = fake_python(tmp_path / "named")

    result = launch(tmp_path, CONNECTIONS_PYTHON=str(python))

    assert result.stdout == "named serves fivetranops\n"


def test_the_python_of_the_path_is_the_last_choice(tmp_path: Path) -> None:
    delivery.plant(tmp_path, providers=["fivetranops"], python="/gone/python")
    without = fake_python(tmp_path / "without", has_package=False)
    python = fake_python(tmp_path / "bin" / "python3")

    result = launch(tmp_path, CONNECTIONS_PYTHON=str(without), PATH=f"{python.parent}:{PATH}")

    assert result.stdout == "python3 serves fivetranops\n"


def test_without_any_python_one_line_says_what_to_do(tmp_path: Path) -> None:
    recorded = bare_environment(tmp_path / "bare")
    delivery.plant(tmp_path, providers=["fivetranops"], python=str(recorded))
    python = fake_python(tmp_path / "bin" / "python3", has_package=False)

    result = launch(tmp_path, PATH=f"{python.parent}:{PATH}")

    assert result.returncode == 1
    # Terraform shows the line on stdout in place of the handshake; a person sees stderr.
    assert result.stdout.count("\n") == 1
    assert result.stderr.endswith(result.stdout)
    assert f"neither '{recorded}' of terraform.d/connections-as-code/python" in result.stdout
    assert "CONNECTIONS_PYTHON" in result.stdout


def test_an_environment_that_lost_the_package_is_passed_over(tmp_path: Path) -> None:
    recorded = bare_environment(tmp_path / "bare")
    delivery.plant(tmp_path, providers=["fivetranops"], python=str(recorded))

    result = launch(tmp_path, CONNECTIONS_PYTHON=sys.executable)

    assert result.stderr.startswith(f"{recorded}: ModuleNotFoundError: No module named")
    assert "This program is a Terraform provider." in result.stderr


@pytest.mark.parametrize(
    "environ",
    [
        {"PYTHONPATH": "."},
        {"PYTHONPATH": f":{PACKAGES}"},
        {"PYTHONIOENCODING": "utf-16"},
        {"PYTHONTRACEMALLOC": "many"},
        {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"},
        {"PYTHONHOME": "/nowhere"},
        {"PYTHONSTARTUP": "/nowhere", "PYTHONINSPECT": "1"},
        {"PYTHONPLATLIBDIR": "nowhere"},
    ],
    ids=lambda environ: "-".join(environ),
)
def test_the_environment_does_not_reach_python(environ: dict[str, str], tmp_path: Path) -> None:
    for name in ("json.py", "socket.py", "constructs_lib.py"):
        (tmp_path / name).write_text(HIDES)
    delivery.plant(tmp_path, providers=["fivetranops"], python=sys.executable)

    with started(tmp_path, **environ) as line:
        assert LINE.fullmatch(line)


def test_what_a_library_prints_at_the_start_is_no_handshake(tmp_path: Path) -> None:
    python = bare_environment(tmp_path / "environment")
    packages = packages_of(python)
    (packages / "sitecustomize.py").write_text('print("1|2|a library greets", flush=True)\n')
    (packages / "project.pth").write_text(f"{ROOT}\nimport sys; print('so does this one')\n")
    delivery.plant(tmp_path, providers=["fivetranops"], python=str(python))

    with started(tmp_path) as line:
        assert LINE.fullmatch(line)


def test_packages_that_only_pythonpath_leads_to_are_found(tmp_path: Path) -> None:
    python = bare_environment(tmp_path / "environment")
    delivery.plant(tmp_path, providers=["fivetranops"], python=str(python))

    with started(tmp_path, PYTHONPATH=os.pathsep.join((str(ROOT), PACKAGES))) as line:
        assert LINE.fullmatch(line)


def test_packages_of_the_user_are_found(tmp_path: Path) -> None:
    base = Path(sys._base_executable)  # type: ignore[attr-defined]
    delivery.plant(tmp_path, providers=["fivetranops"], python=str(base))
    environ = {"HOME": str(tmp_path)}
    where = [str(base), "-c", "import site; print(site.getusersitepackages())"]
    packages = Path(subprocess.check_output(where, env=environ, text=True).strip())
    packages.mkdir(parents=True)
    (packages / "project.pth").write_text(f"{ROOT}\n{PACKAGES}\n")

    with started(tmp_path, **environ) as line:
        assert LINE.fullmatch(line)


@pytest.mark.parametrize("name", ["a|b", "a\nb", "a\tb"])
def test_temporary_directory_with_a_strange_name_is_passed_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    delivery.plant(tmp_path, providers=["fivetranops"], python=sys.executable)

    with started(tmp_path, TMPDIR=str(tmp_path / name)) as line:
        assert line.startswith("1|6|unix|/tmp/tfp-")


def test_terraform_is_told_that_nothing_can_be_written(tmp_path: Path) -> None:
    delivery.plant(tmp_path, providers=["fivetranops"], python=sys.executable)
    limited = tmp_path / "limited"
    # Files must stay empty, as on a disk that is full.
    limited.write_text(f'#!/bin/sh\nulimit -f 0\nexec "{sys.executable}" "$@"\n')
    limited.chmod(0o755)
    delivery.plant(tmp_path, providers=["fivetranops"], python=str(limited))

    with started(tmp_path, TMPDIR=str(tmp_path)) as line:
        assert line.startswith("The provider cannot start: no temporary directory can be used: ")
        assert f"{tmp_path} cannot be written (File too large); /tmp cannot be written" in line
        assert line.endswith("Set TMPDIR to a directory in which this user can write.\n")
    assert not list(tmp_path.glob("tfp-*"))
