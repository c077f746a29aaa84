"""The notebooks of docs/ run, and what they show is what they promise."""

import os

import pytest

from conftest import BUILD, TREE

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")


def run(path, folder, monkeypatch):
    """The notebook after it ran in `folder`, with a private server of its own."""
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR",
                 "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("PYTHONPATH", str(BUILD / "python"))
    monkeypatch.delenv("BRAINALIGN_PROGRESS")
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3", resources={
        "metadata": {"path": str(folder)}}).execute(env=dict(os.environ))
    return notebook


def outputs(notebook, kind):
    """All outputs of a MIME type, as texts."""
    return [str(output["data"][kind]) for cell in notebook.cells if cell.cell_type == "code"
            for output in cell.outputs if kind in output.get("data", {})]


def test_the_first_steps(tmp_path, monkeypatch):
    path = TREE / "docs" / "notebooks" / "first_steps.ipynb"
    assert all(cell.outputs == [] for cell in nbformat.read(path, as_version=4).cells
               if cell.cell_type == "code"), "save the notebook without outputs"
    notebook = run(path, tmp_path, monkeypatch)
    streams = {name: "".join(output.text for cell in notebook.cells if cell.cell_type == "code"
                             for output in cell.outputs if output.get("name") == name)
               for name in ("stdout", "stderr")}
    # The last layer comes 0.4 s after the first.
    peaks = [int(line.split()[1]) for line in streams["stdout"].splitlines() if " ms" in line]
    assert len(peaks) == 6 and peaks == sorted(peaks) and 350 <= peaks[-1] - peaks[0] <= 450
    assert "temporal score 0.9" in streams["stdout"] or "temporal score 1.0" in streams["stdout"]
    # Pages of progress would stay in the notebook.
    assert "\r" not in streams["stderr"] and streams["stderr"].count("\n") <= 10
    pictures = outputs(notebook, "text/html")
    assert len(pictures) == 1 and "<svg" in pictures[0] and "<script" not in pictures[0]
    assert len(outputs(notebook, "image/png")) == 2
    # Saved and opened again, it still shows them.
    nbformat.write(notebook, tmp_path / "saved.ipynb")
    again = nbformat.read(tmp_path / "saved.ipynb", as_version=4)
    assert outputs(again, "text/html") == pictures
