#!/usr/bin/env python3
"""Draws the pictures of the guides: docs/pictures/guide-*.svg, one function each. `--check` says which committed one differs.

A picture is rows of boxes from top to bottom. A row's boxes are as high as its fullest needs; text is broken by widths that are
above those of usual fonts. What does not fit, or lies on something else, is an error, and nothing is written. Takes nothing but the
standard library.
"""

import argparse
import math
import sys
from pathlib import Path
from xml.sax.saxutils import escape

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WIDTH, EDGE, GAP = 800, 20, 26  # pixels: the picture, its margin, and between boxes
PAD, LINE, HEAD = 10, 16, 18  # a box's padding, and the heights of a line of its text and of its heading
FONT = 'font-family="DejaVu Sans, Verdana, sans-serif"'
INK, PALE = "#1f2229", "#52545c"
# What a box is: its ground and its border. All are light, with dark text, on a ground of their own.
KINDS = {
    "own": ("#e6f4e8", "#2f7d3b"),  # stays with, or is done by, whom the guide is for
    "node": ("#fdf0df", "#a8631a"),  # nodes
    "chain": ("#e5eefb", "#2a5fb0"),  # the chain
    "all": ("#eef0f3", "#6a6f7b"),  # everybody, and what is said beside
    "bad": ("#fbe7e7", "#a83232"),  # what is refused, lost or guilty
    "money": ("#f9f3d8", "#86701a"),  # who pays
}


def measure(text, size, bold=False):
    """An upper bound of a text's width in pixels."""
    width = sum(
        0.42 if letter in "ijlIft.,:;'|!()[]/ -" else 1.0 if letter in "mwMW%@…–→" else 0.76 if letter.isupper() else 0.65
        for letter in text
    )
    return width * size * (1.12 if bold else 1)


def broken(text, width, size, bold=False):
    """The text in lines that are no wider than `width`."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer, size, bold) <= width:
            lines[-1] = longer
        elif measure(word, size, bold) > width:
            raise ValueError(f"`{word}` is too wide for {width:.0f} pixels")
        elif lines[-1]:
            lines.append(word)
        else:
            lines[-1] = word
    return lines


class Box:
    """A box of a row: what it is, its heading, and paragraphs under it."""

    def __init__(self, kind, head, *said):
        self.kind, self.head, self.said = kind, head, said
        self.x = self.y = self.width = self.height = 0

    def lay(self, width):
        """Breaks the text, and returns the height that it needs."""
        self.width = width
        self.heads = broken(self.head, width - 2 * PAD, 13, bold=True) if self.head else []
        self.lines = [line for said in self.said for line in broken(said, width - 2 * PAD, 12)]
        return 2 * PAD + HEAD * len(self.heads) + LINE * len(self.lines)

    @property
    def left(self):
        return self.x, self.y + self.height / 2

    @property
    def right(self):
        return self.x + self.width, self.y + self.height / 2

    @property
    def top(self):
        return self.x + self.width / 2, self.y

    @property
    def bottom(self):
        return self.x + self.width / 2, self.y + self.height


class Picture:
    """A picture under way, and the places that are taken."""

    def __init__(self, title):
        self.title, self.y, self.taken = title, EDGE, []
        self.under, self.over = [], []
        self.line(title, 16, INK, bold=True)

    def take(self, what, x, y, width, height):
        """Notes a place, unless something is there or it lies outside."""
        if x < EDGE - 1 or x + width > WIDTH - EDGE + 1:
            raise ValueError(f"{self.title}: `{what}` lies outside")
        for other, left, top, wide, high in self.taken:
            if x < left + wide and left < x + width and y < top + high and top < y + height:
                raise ValueError(f"{self.title}: `{what}` lies on `{other}`")
        self.taken.append((what, x, y, width, height))

    def text(self, x, y, what, size, fill, bold=False, anchor="start"):
        weight = ' font-weight="bold"' if bold else ""
        middle = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.over.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}"{weight}{middle}>{escape(what)}</text>')

    def line(self, what, size=12, fill=PALE, bold=False):
        """Text over the whole width."""
        for line in broken(what, WIDTH - 2 * EDGE, size, bold):
            self.take(line, EDGE, self.y, measure(line, size, bold), size + 3)
            self.text(EDGE, self.y + size, line, size, fill, bold)
            self.y += size + 5
        self.y += 7

    def row(self, *boxes, widths=None, gap=GAP, after=GAP):
        """Boxes side by side, by the shares `widths`."""
        widths = widths or [1] * len(boxes)
        unit = (WIDTH - 2 * EDGE - gap * (len(boxes) - 1)) / sum(widths)
        height = max(box.lay(unit * width) for box, width in zip(boxes, widths, strict=True))
        x = EDGE
        for box in boxes:
            box.x, box.y, box.height = x, self.y, height
            self.take(box.head or box.said[0], x, self.y, box.width, height)
            self.draw(box)
            x += box.width + gap
        self.y += height + after
        return boxes

    def draw(self, box):
        ground, border = KINDS[box.kind]
        self.under.append(
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="5" '
            f'fill="{ground}" stroke="{border}"/>'
        )
        y = box.y + PAD
        for line in box.heads:
            self.text(box.x + PAD, y + 13, line, 13, INK, bold=True)
            y += HEAD
        for line in box.lines:
            self.text(box.x + PAD, y + 12, line, 12, INK)
            y += LINE

    def arrow(self, start, end, dashed=False):
        """A straight arrow between two points."""
        (x, y), (to_x, to_y) = start, end
        length = math.hypot(to_x - x, to_y - y)
        along = ((to_x - x) / length, (to_y - y) / length)
        base = (to_x - 8 * along[0], to_y - 8 * along[1])
        side = (-5 * along[1], 5 * along[0])
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        self.under.append(
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{base[0]:.1f}" y2="{base[1]:.1f}" stroke="{PALE}" stroke-width="1.6"{dashes}/>'
        )
        self.under.append(
            f'<path d="M{to_x:.1f} {to_y:.1f}L{base[0] + side[0]:.1f} {base[1] + side[1]:.1f}'
            f'L{base[0] - side[0]:.1f} {base[1] - side[1]:.1f}Z" fill="{PALE}"/>'
        )

    def across(self, boxes):
        """Arrows from each box to the next one."""
        for box, following in zip(boxes, boxes[1:]):
            self.arrow(box.right, following.left)

    def svg(self):
        height = self.y - GAP + EDGE if self.y > GAP else self.y
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" {FONT}>',
            f"<title>{escape(self.title)}</title>",
            f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="6" fill="#ffffff" stroke="#c9ccd4"/>',
            *self.under,
            *self.over,
            "</svg>",
            "",
        ])


def table(picture, rows, widths):
    """Rows with an arrow from each box to the next one of its row."""
    for boxes in rows:
        picture.across(picture.row(*boxes, widths=widths, after=10))
    picture.y += GAP - 10


def steps(picture, rows, widths):
    """Rows whose first boxes follow each other; what stands beside them explains."""
    before = None
    for boxes in rows:
        boxes = picture.row(*boxes, widths=widths, gap=12, after=20)
        if before:
            picture.arrow(before.bottom, boxes[0].top)
        before = boxes[0]
    picture.y += GAP - 20


def dealer():
    picture = Picture("What leaves the institution, and what never does")
    rows, tool, shares = picture.row(
        Box("own", "In your house", "the file with its rows", "the policy", "the log", "the account's key"),
        Box("own", "Your tool", "asks the policy first", "brings values into range", "leaves small cells out", "reduces all rows to sums"),
        Box("own", "A dealing", "the sums, in one sealed share for each node", "commitments, and a proof that rows within range can give such sums"),
    )
    picture.across([rows, tool, shares])
    stays, chain, nodes = picture.row(
        Box("bad", "Never leaves", "rows, names, single values", "the policy's file, with floor and secret", "the log, with its number of rows", "the account's key"),
        Box("all", "Everybody, for good", "that you accepted and dealt, and the data set's tag", "commitments, proof, sealed shares", "what you published of the policy"),
        Box("node", "n compute nodes", "each opens one share; t of them together read nothing", "they add up the shares of all dealers"),
    )
    picture.arrow(rows.bottom, stays.top)
    picture.arrow(shares.bottom, nodes.top)
    picture.arrow((shares.x + 30, shares.bottom[1]), (chain.right[0] - 30, chain.top[1]))
    _, _, result = picture.row(
        Box("all", "", "Sums of yours alone nobody sees, unless more than t of a committee's nodes collude."),
        Box("all", "", "By these the verifiers, and whoever likes, check the proof."),
        Box("chain", "Published", "sums over all dealers together: for everybody, or for the recipient of a sealed result"),
    )
    picture.arrow(nodes.bottom, result.top)
    return picture


def inputs():
    picture = Picture("From a cell to an entry of the vector")
    picture.line("A mean of the column response, with two decimals, range 0 to 100, in a dealer's file.")
    steps(picture, [
        [Box("own", "The cell 54.5", "text, as it stands in the file"),
         Box("all", "Is it a value?", "Empty, or named by --missing, or NA and the like where numbers are asked for: the row is left out, and counted.")],
        [Box("own", "A number", "sign, digits, one point, an exponent"),
         Box("all", "Never a float", "Read as the decimal that it is. A decimal comma takes --decimal-comma, a separator of thousands is refused.")],
        [Box("own", "5450 units", "of the column's two decimals"),
         Box("all", "Decimals", "More digits than the column has are refused, or rounded with --round; under a policy they are rounded.")],
        [Box("own", "0 ≤ 5450 ≤ 10000", "the range that the task declares"),
         Box("all", "Bounds", "A value outside is refused, with file, line and column; under a policy it becomes the nearest bound, or counts as missing.")],
        [Box("own", "n + 1, sum + 5450", "the vector's two entries"),
         Box("all", "The floor", "Numbers about too few rows are refused, or dealt as zeros: with --drop-small-cells, and under a policy.")],
        [Box("chain", "The vector", "dealt as shares, with its proof"),
         Box("all", "What is proven of it", "That some number of rows within range, up to the task's most rows, can have this sum.")],
    ], [3, 5])
    return picture


def requester():
    picture = Picture("A task's life, and who pays when")
    rows = [
        ("Submit", "own", "the task is published: statistic, ranges, conditions, who is invited", "requester: draw fee, for good; fee and data reward on hold. Rent begins: the place, and a tenth of the seats'"),
        ("Accept", "own", "invited dealers accept what is asked, and the recipient if the result is sealed", "each of them: a deposit on hold. Too few: all back but draw fee and rent so far"),
        ("Draw", "chain", "committee and panel, from randomness that came after", "rent for seats in full from here on. Cancelling costs the whole fee"),
        ("Deal", "own", "each dealer sends shares and a proof; the recipient its mask", "who accepted and does not deal loses half of its deposit"),
        ("Verify", "node", "members and verifiers check all of it, dispute or attest; then the set is frozen", "who is wrong: a convicted dealer its deposit, a node stake, anybody else the bond of a challenge. A set that does not keep what the task promises: the requester the fee"),
        ("Compute", "node", "members commit to their result shares, then reveal them", "who is absent, or reveals a wrong share: stake"),
        ("Settle", "chain", "the result is published, sealed or not; whoever likes verifies it", "members and verifiers get their parts of the fee for work, dealers deposit and data reward, the treasury the rent; the rest goes back"),
    ]
    steps(picture, [[Box(kind, name), Box("all", "", does), Box("money", "", pays)] for name, kind, does, pays in rows], [5, 13, 17])
    return picture


def apps():
    picture = Picture("Which page of polkadot.js Apps shows what")
    table(picture, [
        [Box("own", "Before"), Box("chain", "Developer > Runtime calls > ostrakaApi", "nodes, class, leastFee, prices, odds"), Box("all", "", "who can be drawn, what a class asks for, what a task costs, how likely a capture is")],
        [Box("own", "Act"), Box("chain", "Developer > Extrinsics", "tasks.submit, tasks.accept, consent.setPolicy, vss.challengeWithBond"), Box("all", "", "what you sign; a refused call shows as system.ExtrinsicFailed")],
        [Box("own", "Follow"), Box("chain", "Network > Explorer", "events; a block's transactions"), Box("all", "", "each step of the task as it comes; the dealing that a challenge is made of")],
        [Box("own", "Look"), Box("chain", "Developer > Chain state", "tasks, vss, consent, balances.holds; constants"), Box("all", "", "status and record, dealings, policies, what is on hold and why")],
        [Box("own", "Read"), Box("chain", "ostrakaApi > task, result", "under Developer > Runtime calls"), Box("all", "", "how far the task is; the vector, who attested, what was disproven")],
        [Box("bad", "Not in Apps"), Box("own", "the tool ostraka", "deal, mask, result --verify"), Box("all", "", "a dealing is made from rows on the dealer's own machine; a result is judged from block bodies")],
    ], [4, 10, 10])
    return picture


def packages():
    picture = Picture("What is in which package, and where it lands")
    table(picture, [
        [Box("own", "ostraka", "the tool"), Box("all", "", "program", "man pages, completions", "licence, SBOM, an example"),
         Box("chain", "", "/usr/bin/ostraka", "/usr/share: man/man1, completions of bash, zsh, fish", "/usr/share/doc/ostraka")],
        [Box("node", "ostraka-node", "depends on ostraka"), Box("all", "", "program", "two services of systemd", "their settings", "licence, SBOM, alert rules, dashboard"),
         Box("chain", "", "/usr/bin/ostraka-node", "/usr/lib/systemd/system: the node, its metrics", "/etc/default/ostraka-node", "/usr/share/doc/ostraka-node")],
    ], [5, 7, 10])
    picture.line("What you and the running service add", 13, INK, bold=True)
    table(picture, [
        [Box("own", "you"), Box("all", "", "the worker key, as a credential"), Box("chain", "", "/etc/credstore/ostraka-node.worker-key")],
        [Box("node", "the service"), Box("all", "", "the chain's state, the lock of its worker"), Box("chain", "", "/var/lib/ostraka-node; purging leaves what is in it")],
        [Box("node", "the service"), Box("all", "", "its keystore, from the credential"), Box("chain", "", "/run/ostraka-node: in memory, gone when it stops")],
    ], [5, 7, 10])
    return picture


def upgrading():
    picture = Picture("A new runtime, from source to chain")
    parts = picture.row(
        Box("own", "1. Build", "more than one builds the blob; their hashes are equal"),
        Box("chain", "2. Authorize", "Root names the compressed file's hash"),
        Box("all", "3. Hand in", "anybody sends the code, which must have that hash"),
        Box("chain", "4. Let in", "the relay chain compiles it, waits, gives the go-ahead"),
    )
    picture.across(parts)
    look, agree, refuse = picture.row(
        Box("node", "Operators, in between", "read the authorized hash; compare it with the published file and with a build of their own"),
        Box("own", "It is what you read", "nothing to install, unless the release says so: the code comes with the chain"),
        Box("bad", "It is not", "chill the node, let its seats end, take the worker key out before the go-ahead; say why"),
        widths=[6, 5, 5],
    )
    picture.arrow((parts[1].x + 40, parts[1].bottom[1]), (parts[1].x + 40, look.top[1]), dashed=True)
    picture.arrow(look.right, agree.left)
    workers, tasks, none = picture.row(
        Box("node", "Workers", "go on, by the runtime of each block; a transaction of the old version is sent anew"),
        Box("own", "Open tasks", "keep what their draw fixed, and end by those rules, if the new runtime serves their version"),
        Box("bad", "If it does not", "they end without a result: drain first, by a pause of tasks.submit and tasks.accept"),
        widths=[6, 5, 5],
    )
    picture.arrow(tasks.right, none.left)
    return picture


def transcript():
    picture = Picture("The parts of a transcript, and who checks what")
    picture.line("Whoever has the file checks all but the right column: ostraka verify, or the checker in Python. The right column is "
                 "compared with the state of a node that is trusted; without it a file is consistent, and no more.")
    table(picture, [
        [Box("own", "task, committee, panel", "what was asked, and of whom"), Box("all", "check 1", "the task hash covers what was asked, and all seats"), Box("chain", "", "genesis, task_hash, task.requester")],
        [Box("own", "dealings[]", "commitments, R, proofs, hashes of sealed shares"), Box("all", "checks 2, 3, 10", "digests; proofs of ρ; every input that counts is valid"), Box("chain", "", "nothing: accepted_set.h_A ties them")],
        [Box("own", "accepted_set, accusations[]", "who counts, and why others do not"), Box("all", "checks 4, 5", "the sums are of those that count; who is out is guilty"), Box("chain", "", "accepted_set.h_A")],
        [Box("own", "result_shares[]", "one for each seat that revealed"), Box("all", "check 6", "t + 1 right ones give the vector"), Box("chain", "", "nothing: the result is compared")],
        [Box("own", "result", "vector, what it says, who attested"), Box("all", "checks 7, 8, 9, 11", "it opens the sum; its meaning; that data can give it"), Box("chain", "", "result.values, attested, disproven")],
    ], [9, 8, 7])
    return picture


def data_model():
    picture = Picture("What is where, and for how long")
    table(picture, [
        [Box("chain", "State, while a task is open"), Box("all", "", "committee and panel, acceptances, sums of commitments, each dealing's digest, each seat's state, escrow and deposits"), Box("money", "", "freed in steps at settlement")],
        [Box("chain", "State, for good"), Box("all", "", "a task's status; its record, if it was drawn; its result; what later accepted sets are compared with"), Box("money", "", "never freed")],
        [Box("chain", "State, of accounts"), Box("all", "", "nodes with their keys and stake; dealers' policies and last eight tasks"), Box("money", "", "until who set it takes it back; of tasks the newest stay")],
        [Box("all", "Block bodies"), Box("all", "", "dealings with sealed shares and proofs, accusations, challenges, result shares, as they were sent"), Box("money", "", "as long as somebody keeps the blocks; transcripts are made of them")],
        [Box("node", "Offchain databases of nodes"), Box("all", "", "copies of dealings, for workers; a worker's own records and locks"), Box("money", "", "copies: until nobody needs them any more")],
        [Box("own", "Dealer's machine"), Box("all", "", "rows, the policy's file, the log; of a recipient the mask's seed"), Box("money", "", "never on the chain")],
        [Box("chain", "Balances"), Box("all", "", "tokens on hold, with a reason: Stake, Escrow, Deposit, Policy, Bond"), Box("money", "", "until the cause is over")],
    ], [7, 11, 7])
    return picture


def threat_model():
    picture = Picture("Who could cheat, and what meets it")
    table(picture, [
        [Box("own", "Requester"), Box("all", "", "draws until a committee suits; asks for what singles somebody out"), Box("chain", "", "consent and deposits before each draw; policies, floors, conditions")],
        [Box("own", "Dealer"), Box("all", "", "wrong shares; numbers that no rows give"), Box("chain", "", "commitments and proofs, judged where disputed: excluded, its deposit slashed")],
        [Box("node", "Member"), Box("all", "", "a wrong or copied result share, silence, a false accusation"), Box("chain", "", "each share is held against the commitments; stake is slashed; t + 1 right ones are enough")],
        [Box("node", "Verifier"), Box("all", "", "attests without looking, challenges the honest, sleeps"), Box("chain", "", "its word convicts it if it was false; the result comes all the same")],
        [Box("own", "Recipient"), Box("all", "", "no mask, or a bad one"), Box("chain", "", "no result, at its and the requester's cost")],
        [Box("bad", "More than t members together"), Box("all", "", "pool their shares in private, and read each dealer's sums"), Box("bad", "", "leaves no evidence: only the size of the committee, and who has the stake, stand against it")],
    ], [6, 10, 11])
    return picture


def validity():
    picture = Picture("Who proves, who checks, who judges")
    made, chain, seats = picture.row(
        Box("own", "Dealer", "proves that rows within the task's ranges can give its vector"),
        Box("chain", "Chain", "looks at the proof's length, and hashes it; computes nothing"),
        Box("node", "Members and verifiers", "check all proofs, in batches; anybody else can"),
    )
    picture.across([made, chain, seats])
    verdict, challenge, attest = picture.row(
        Box("chain", "Runtime", "computes the verdict of that one proof"),
        Box("node", "It does not hold", "challenge: from a seat, or with a bond"),
        Box("node", "All hold", "attest to the dealings that count"),
    )
    picture.arrow(seats.bottom, attest.top)
    picture.arrow((seats.x + 30, seats.bottom[1]), (challenge.right[0] - 30, challenge.top[1]))
    picture.arrow(challenge.left, verdict.right)
    guilty, false, exposed = picture.row(
        Box("bad", "The proof is wrong", "the dealer is convicted; in time, its dealing is excluded"),
        Box("bad", "The proof holds", "who challenged is convicted"),
        Box("bad", "Had attested to it", "whoever did is slashed at settlement, if the input is invalid"),
    )
    picture.arrow(verdict.bottom, guilty.top)
    picture.arrow((verdict.right[0] - 30, verdict.bottom[1]), (false.x + 30, false.top[1]))
    picture.arrow(attest.bottom, exposed.top, dashed=True)
    picture.line("Readers judge every proof that counts again, from block bodies or a transcript, whoever attested.")
    picture.y += GAP - 10
    return picture


def paper():
    picture = Picture("The paper's roles, and those of Ostraka")
    table(picture, [
        [Box("all", "participant, data node"), Box("own", "dealer"), Box("all", "", "one role: who holds data shares it, and consents before the draw")],
        [Box("all", "computing node"), Box("node", "compute node"), Box("all", "", "staked, drawn for each task; what it posts is checked")],
        [Box("all", "verification node"), Box("node", "verifier"), Box("all", "", "staked, drawn apart; sees public bytes, and has no vote: the runtime recomputes what is disputed")],
        [Box("all", "none"), Box("chain", "chain"), Box("all", "", "in the place of any coordinator: holds commitments, judges evidence, publishes results, pays")],
        [Box("all", "none"), Box("own", "requester, recipient"), Box("all", "", "who asks and pays; the one account that a sealed result is for")],
    ], [7, 6, 12])
    return picture


GUIDES = {
    "dealer": dealer,
    "inputs": inputs,
    "requester": requester,
    "apps": apps,
    "packages": packages,
    "upgrading": upgrading,
    "transcript": transcript,
    "data-model": data_model,
    "threat-model": threat_model,
    "validity": validity,
    "paper": paper,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a committed picture is another one")
    check = parser.parse_args().check
    drawn = {PICTURES / f"guide-{name}.svg": guide().svg() for name, guide in GUIDES.items()}
    faults = [f"{path} is drawn by no guide of scripts/draw_guides.py" for path in PICTURES.glob("guide-*.svg") if path not in drawn]
    for path, svg in drawn.items():
        if not check:
            path.write_text(svg, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != svg:
            faults.append(f"{path} is not what scripts/draw_guides.py draws: run it")
    print("\n".join(sorted(faults)), file=sys.stderr, end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
