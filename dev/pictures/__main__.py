"""Write the pictures of the documentation: `make pictures`."""

from dev.environment import ROOT
from dev.pictures import states, system

FOLDER = ROOT / "docs" / "pictures"
PICTURES = {"states.svg": states.svg, "system.svg": system.svg}


def main() -> None:
    for name, svg in PICTURES.items():
        (FOLDER / name).write_text(svg())
        print(f"docs/pictures/{name}")


if __name__ == "__main__":
    main()
