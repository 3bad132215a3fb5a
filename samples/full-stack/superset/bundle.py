"""bundle.py FOLDER ZIP: packs a folder of YAML files as Superset imports them, with one folder at the root. TRINO_URI names another Trino than the files do."""
import os
import pathlib
import re
import sys
import zipfile


def pack(folder: pathlib.Path, target: pathlib.Path, uri: str | None) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in sorted(folder.rglob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            if uri:
                text = re.sub(r"(?m)^sqlalchemy_uri: .*$", lambda _: f"sqlalchemy_uri: {uri}", text)
            bundle.writestr(f"{folder.name}/{path.relative_to(folder).as_posix()}", text)


if __name__ == "__main__":
    pack(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), os.environ.get("TRINO_URI"))
