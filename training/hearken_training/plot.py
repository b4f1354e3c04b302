"""The objective of a run over its epochs, as SVG: training (moving) and validation."""
import json


def plot(run):
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    train = [(r["epoch"] + r["batch"] / r["of"], r["objective"]) for r in rows if "objective" in r]
    valid = [(r["epoch"], r["valid"]) for r in rows if "valid" in r]
    width, height, pad = 640, 320, 40
    last = max(x for x, _ in train + valid)
    top = max(y for _, y in train + valid) * 1.05

    def line(points, colour):
        at = " ".join(f"{pad + x / last * (width - 2 * pad):.1f},{height - pad - max(y, 0) / top * (height - 2 * pad):.1f}" for x, y in points)
        return f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{at}"/>'

    text = lambda x, y, s: f'<text x="{x}" y="{y}" font-size="12" font-family="sans-serif">{s}</text>'
    marks = [text(pad, pad - 12, f"LF-MMI objective per output frame (axis to {top:.2f}): training blue, validation (EMA) red"),
             text(width - pad - 60, height - 12, f"{last:.0f} epochs")]
    frame = f'<path d="M{pad},{pad}V{height - pad}H{width - pad}" fill="none" stroke="#888"/>'
    body = frame + line(train, "#3366cc") + line(valid, "#cc3333") + "".join(marks)
    (run / "objective.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{body}</svg>\n')
