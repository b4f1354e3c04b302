"""A transcript as the graph of LF-MMI's numerator: every pronunciation of every word, silence optional around words."""
from dataclasses import dataclass, field

SILENCE = 0


@dataclass
class Numerator:
    """States in topological order; each emits its unit, entry pdf first, then the self-loop pdf any number of times."""

    units: list = field(default_factory=list)
    predecessors: list = field(default_factory=list)
    initial: list = field(default_factory=list)
    final: list = field(default_factory=list)
    # Of each state: position of its word and number of the pronunciation; None in silence.
    said: list = field(default_factory=list)

    def add(self, unit, predecessors, said=None, initial=False):
        self.units.append(int(unit))
        self.said.append(said)
        self.predecessors.append(predecessors)
        self.initial.append(initial)
        self.final.append(False)
        return len(self.units) - 1


def numerator(words, table):
    """`words`: per word a list of pronunciations, each a sequence of phone numbers. `table`: units [left, phone].

    A word's first phone stands once for every phone that can come before it: a last phone of the word before, or silence.
    """
    graph = Numerator()
    silence = graph.add(table[SILENCE][SILENCE], [], initial=True)
    before = {SILENCE: [silence]}  # last phone -> states that end in it
    for at, prons in enumerate(words):
        ends = {}
        for number, pron in enumerate(dict.fromkeys(prons)):
            said = (at, number)
            previous = [
                graph.add(table[left][pron[0]], states, said, initial=at == 0 and left == SILENCE)
                for left, states in before.items()
            ]
            for left, phone in zip(pron, pron[1:]):
                previous = [graph.add(table[left][phone], previous, said)]
            ends.setdefault(pron[-1], []).extend(previous)
        words_end = [s for states in ends.values() for s in states]
        silence = graph.add(table[SILENCE][SILENCE], words_end)
        before = {**ends, SILENCE: [silence]}
    for states in before.values():
        for s in states:
            graph.final[s] = True
    return graph
