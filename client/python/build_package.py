"""Builds the package: a folder that can be imported, or a wheel.

It is its own PEP 517 backend and needs only Python and protoc: `pip install ./client/python` works
without a network. CMake runs it as a program:

    build_package.py FOLDER

puts the package `brainalign` with the protocol's descriptors into FOLDER.
"""

import base64
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
PROTO = os.path.join(TREE, "proto")


def version():
    """The project's version, which CMakeLists.txt holds."""
    with open(os.path.join(TREE, "CMakeLists.txt"), encoding="utf-8") as file:
        return re.search(r"project\(brainalign VERSION (\S+)", file.read()).group(1)


def project_table():
    """The lines of [project.dependencies] and its extras, as METADATA has them."""
    with open(os.path.join(HERE, "pyproject.toml"), encoding="utf-8") as file:
        text = file.read()
    names = re.search(r"^dependencies = \[(.*)\]$", text, re.M).group(1)
    lines = [f"Requires-Dist: {name}" for name in re.findall(r'"([^"]+)"', names)]
    extras = text.split("[project.optional-dependencies]")[1].split("[tool.")[0]
    for extra, names in re.findall(r"^(\w+) = \[(.*)\]$", extras, re.M):
        lines.append(f"Provides-Extra: {extra}")
        for name in re.findall(r'"([^"]+)"', names):
            lines.append(f'Requires-Dist: {name}; extra == "{extra}"')
    return lines


def write_descriptors(folder):
    """Writes what protoc knows of the protocol, with all that it imports, into the package."""
    sources = os.path.join(PROTO, "brainalign", "v1")
    files = sorted(name for name in os.listdir(sources) if name.endswith(".proto"))
    subprocess.run(
        ["protoc", f"--proto_path={PROTO}", "--include_imports",
         f"--descriptor_set_out={os.path.join(folder, 'protocol.binpb')}",
         *(os.path.join("brainalign", "v1", name) for name in files)],
        check=True, cwd=PROTO)
    with open(os.path.join(folder, "version.py"), "w", encoding="utf-8") as file:
        file.write(f'VERSION = "{version()}"\n')


def build(folder):
    """Puts the package into `folder`, in the place of what is there of it."""
    package = os.path.join(folder, "brainalign")
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(os.path.join(HERE, "brainalign"), package,
                    ignore=shutil.ignore_patterns("__pycache__", "*.binpb", "version.py"))
    write_descriptors(os.path.join(package, "_proto"))


def build_installed(folder):
    """Puts the package into `folder` with what pip and importlib.metadata ask of it."""
    for old in glob.glob(os.path.join(glob.escape(folder), "brainalign-*.dist-info")):
        shutil.rmtree(old)
    build(folder)
    prepare_metadata_for_build_wheel(folder)


def metadata():
    """The text of METADATA."""
    lines = ["Metadata-Version: 2.1", "Name: brainalign", f"Version: {version()}",
             "Summary: Aligns brain recordings with the activations of language models",
             "License: Apache-2.0", "Requires-Python: >=3.9", *project_table()]
    return "\n".join(lines) + "\n"


def wheel_text():
    """The text of WHEEL."""
    return ("Wheel-Version: 1.0\nGenerator: brainalign\nRoot-Is-Purelib: true\n"
            "Tag: py3-none-any\n")


def get_requires_for_build_wheel(config_settings=None):
    """Nothing (PEP 517)."""
    return []


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """Writes METADATA and WHEEL (PEP 517)."""
    name = f"brainalign-{version()}.dist-info"
    os.makedirs(os.path.join(metadata_directory, name))
    for file, text in (("METADATA", metadata()), ("WHEEL", wheel_text())):
        with open(os.path.join(metadata_directory, name, file), "w", encoding="utf-8") as out:
            out.write(text)
    return name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Writes the wheel and returns its name (PEP 517)."""
    info = f"brainalign-{version()}.dist-info"
    name = f"brainalign-{version()}-py3-none-any.whl"
    with tempfile.TemporaryDirectory() as folder:
        build(folder)
        content = {f"{info}/METADATA": metadata().encode(), f"{info}/WHEEL": wheel_text().encode()}
        for root, _, files in os.walk(folder):
            for file in files:
                path = os.path.join(root, file)
                with open(path, "rb") as opened:
                    content[os.path.relpath(path, folder)] = opened.read()
    record = []
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path in sorted(content):
            digest = base64.urlsafe_b64encode(hashlib.sha256(content[path]).digest())
            record.append(f"{path},sha256={digest.decode().rstrip('=')},{len(content[path])}")
            wheel.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content[path])
        record.append(f"{info}/RECORD,,")
        wheel.writestr(f"{info}/RECORD", "\n".join(record) + "\n")
    return name


if __name__ == "__main__":
    build_installed(os.path.abspath(sys.argv[1]))
