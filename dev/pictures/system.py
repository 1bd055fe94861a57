"""The service and who it talks to. The processes are those of the Procfile, the queues those of the bells."""

from app.workers.bells import JOBS
from dev.environment import ROOT
from dev.pictures.drawing import Arrow, Point, arrow, cylinder, label, page, rect, text

SIZE = (1180, 640)
BOX = (150.0, 56.0)
# Middle, colour, and one line about it.
PLACES: dict[str, tuple[Point, str, str]] = {
    "client app": ((100, 70), "gray", "adds trainees, asks"),
    "operator": ((100, 170), "gray", "flask ops, metrics"),
    "trainee": ((100, 370), "gray", "KakaoTalk and a page"),
    "KakaoTalk": ((370, 370), "green", "chatbot, channel"),
    "dealer": ((370, 530), "green", "AlimTalk"),
    "web": ((690, 170), "blue", "gunicorn"),
    "worker": ((690, 430), "blue", "rq worker"),
    "scheduler": ((1080, 300), "blue", "flask clock"),
    "PostgreSQL": ((920, 170), "orange", "all of the state"),
    "Redis": ((920, 430), "orange", "bells, nothing else"),
    "LLM": ((690, 580), "gray", "if there is a key"),
}
STORES = ("PostgreSQL", "Redis")
ARROWS = (
    Arrow("HTTP, a client's key", "gray", ((176, 70), (613, 155)), 0.45),
    Arrow("HTTP, an operator's key", "gray", ((176, 170), (613, 170)), 0.45),
    Arrow("the page of a plan", "gray", ((130, 341), (220, 240), (400, 210), (613, 185)), 0.45),
    Arrow("words, taps", "gray", ((176, 370), (293, 370)), 0.5, both=True),
    Arrow("turns of the chat,|channel, unlink", "green", ((400, 341), (640, 200)), 0.4),
    Arrow("delivers", "green", ((370, 501), (370, 400))),
    Arrow("send, ask", "blue", ((613, 448), (447, 520)), 0.5),
    Arrow("promised|answers, memos", "blue", ((613, 422), (447, 385)), 0.6),
    Arrow("results", "green", ((420, 501), (570, 430), (590, 330), (665, 200)), 0.72),
    Arrow("rows", "blue", ((767, 170), (843, 170)), both=True),
    Arrow("claims, records", "blue", ((730, 401), (880, 202)), 0.22, both=True),
    Arrow("bell", "orange", ((730, 199), (880, 400)), 0.22),
    Arrow("bell", "orange", ((843, 430), (767, 430))),
    Arrow("bell", "orange", ((1045, 329), (975, 400))),
    Arrow("what is due?|every second", "blue", ((1045, 271), (975, 202))),
    Arrow("plans", "blue", ((690, 459), (690, 550))),
    Arrow("plans", "blue", ((760, 199), (835, 320), (835, 480), (767, 566)), 0.88),
)


def svg() -> str:
    """The whole picture. Raises ValueError when the Procfile has a process that has no place here."""
    check((ROOT / "Procfile").read_text())
    parts = [
        '<rect class="frame" x="600" y="110" width="565" height="390" rx="10"/>',
        text(1110, 132, "the service", "small"),
        *(arrow(one) for one in ARROWS),
        *(part for name in PLACES for part in _box(name)),
        text(960, 488, f"queues: {', '.join(JOBS)}", "small"),
        *(label(one) for one in ARROWS),
    ]
    words = "Web, worker and scheduler share PostgreSQL; Redis carries bells between them."
    return page("The service and who it talks to", words, SIZE, parts)


def check(procfile: str) -> None:
    """Whether the processes drawn are those that run."""
    running = {line.partition(":")[0] for line in procfile.splitlines()} - {"release"}
    drawn = {name for name, (_, colour, _) in PLACES.items() if colour == "blue"}
    if running != drawn:
        raise ValueError(f"dev/pictures/system.py draws {sorted(drawn)}, the Procfile runs {sorted(running)}")


def _box(name: str) -> list[str]:
    middle, colour, meaning = PLACES[name]
    x, y = middle
    css = f"box {colour}"
    shape = cylinder(css, middle, BOX) if name in STORES else rect(css, middle, BOX, 6)
    return [shape, text(x, y - 1, name, "name"), text(x, y + 16, meaning, "small")]
