"""What was counted, as Markdown: a short table for README.md, and a longer one with every flaw for benches/README.md."""

BEGIN, END = "<!-- comparison: written by benches/compare/run.py -->", "<!-- end of the comparison -->"


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def table(head, rows):
    """The first column to the left, the others to the right."""
    return row(head) + "| --- |" + " ---: |" * (len(head) - 1) + "\n" + "".join(map(row, rows))


def number(value):
    return f"{value:,}"


def found(one):
    """How many flaws, and for how many somebody had to write a row about that very mistake."""
    by = f' ({len(one["by_a_row"])} by a row about that mistake)' if one["by_a_row"] else ""
    return f'{len(one["found"])}{by}'


def same(one):
    """How many runs said what the first one said, over both builds."""
    return f'{sum(one["same"].values())} of {sum(one["runs"].values())}'


def made(have):
    tools = ", ".join(f'{name} {one["version"]}' for name, one in have["tools"].items())
    return f'{tools}; {have["made"]}.'


def short(have, flaws):
    head = ["", f"of {len(flaws)} flaws", "false alarms", "requests", "same verdicts", "left behind", "lines written"]
    rows = [[name, found(one), len(one["false_alarms"]), number(one["requests"]["flawed"]), same(one),
             number(one["left"]["flawed"]), one["lines"]] for name, one in have["tools"].items()]
    return table(head, rows) + "\n" + made(have) + "\n"


def cell(one, flaw):
    if flaw in one["found"]:
        return "row" if flaw in one["by_a_row"] else "yes"
    if flaw in one["suspected"]:
        return "suspected"
    return "–"


def long(have, flaws):
    tools = have["tools"]
    head = ["", *tools]
    columns = [
        ("flaws found", lambda one: len(one["found"])),
        ("… by a row about that very mistake", lambda one: len(one["by_a_row"])),
        ("suspected, with flaws", lambda one: len(one["said"]["flawed"]["suspected"])),
        ("false alarms on the sound build", lambda one: len(one["false_alarms"])),
        ("suspected on the sound build", lambda one: len(one["said"]["sound"]["suspected"])),
        ("said of other things, sound build", lambda one: len(one["said"]["sound"]["other"])),
        ("requests, with flaws", lambda one: number(one["requests"]["flawed"])),
        ("requests, sound", lambda one: number(one["requests"]["sound"])),
        ("runs with the first one's verdicts, with flaws", lambda one: f'{one["same"]["flawed"]} of {one["runs"]["flawed"]}'),
        ("runs with the first one's verdicts, sound", lambda one: f'{one["same"]["sound"]} of {one["runs"]["sound"]}'),
        ("objects left behind, sound", lambda one: number(one["left"]["sound"])),
        ("others' objects taken away, sound", lambda one: number(one["gone"]["sound"])),
        ("lines written by hand", lambda one: one["lines"]),
    ]
    text = table(head, [[what, *(say(one) for one in tools.values())] for what, say in columns]) + "\n" + made(have) + "\n\n"
    text += table(["flaw", *tools], [[f"{flaw}: {about}", *(cell(one, flaw) for one in tools.values())]
                                     for flaw, (about, _) in flaws.items()])
    text += "\n*row*: found by a row that somebody wrote about that very mistake. Not proved:\n\n"
    for name, one in tools.items():
        if not one["missed"]:
            continue
        reasons = {}
        for flaw, why in one["missed"].items():
            reasons.setdefault(why, []).append(flaw)
        text += f"- **{name}**: " + "; ".join(f'{", ".join(names)} ({why})' for why, names in reasons.items()) + "\n"
    return text


def between(text, new, place):
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise SystemExit(f"compare: {place} lacks its markers\n\nhint: one line `{BEGIN}`, one line `{END}`")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{new}\n{END}{rest.split(END)[1]}"


def write(have, flaws, repository):
    """Writes both tables between their markers."""
    for name, make in (("README.md", short), ("benches/README.md", long)):
        place = repository / name
        place.write_text(between(place.read_text(), make(have, flaws), name))
