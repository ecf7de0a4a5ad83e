"""Letters say what the worklist says, to the cent, and nothing that a stranger writes breaks out of its place."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import html.parser
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from rev603.analysis.reissue import letters_due, stuck_money
from rev603.analysis.worklist import enrollment_worklist
from rev603.errors import Rev603Error
from rev603.presenting.letters import Letter, letters
from rev603.sample import sample_report

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

AS_OF = "2026-03-20"
STUCK, PAID = "Reject No ACH", "Treasury Issued"
SENDER = "Jo Roe\nExample Customs Brokers LLC\njo.roe@example.com"
EVIL = [
    "Evil Co\r\nBcc: thief@example.com", "Evil\nSubject: x", "../../etc/passwd", "..\\..\\x", "<script>alert(1)</script>",
    "a</title><b onload=x>", "$name ${deadline} $$", "[[refunds]]", "# Heading\n\n- list", "CON", "x" * 400, "\u202eOC live",
    "\x1b[31mred\x00", "=HYPERLINK(1)", "名前株式会社", "'; DROP TABLE--", "=?utf-8?q?Bcc:_x?=", "a\u2028b\x85c", "", "   ",
]  # fmt: skip


def frame_of(*lines: dict[str, Any]) -> pd.DataFrame:
    whole = [
        {
            "refund_id": f"R{number}", "payee_id": "98-765432100", "company_name": "Example LLC", "care_of": None,
            "document_number": f"605{number:08d}", "refund_date": dt.date(2026, 3, 2), "amount": 1000.25 + number,
            "refund_secondary_status": STUCK, "check_or_ach": None, "check_or_trace_number": None,
        } | line
        for number, line in enumerate(lines, 1)
    ]  # fmt: skip
    frame = pd.DataFrame(whole)
    text = [name for name in frame if name not in ("refund_date", "amount")]
    return frame.astype(dict.fromkeys(text, "str")).assign(refund_date=pd.to_datetime(frame["refund_date"]))


def mail_of(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([{}], ["enroll a U.S. bank account in ACE", "CBP Form 5106", "Add ACH Info", "866-530-4172"]),
        ([{"payee_id": "98-765432101"}, {"refund_secondary_status": PAID, "check_or_ach": "ACH"}],
         ["add the missing suffix", "98-765432101", "suffix 00"]),
        ([{}, {"refund_secondary_status": PAID, "check_or_ach": "ACH", "refund_date": dt.date(2026, 2, 2)}],
         ["check the bank account in ACE", "02/02/2026", "closed, changed or mistyped"]),
        ([{"payee_id": "260212-00017"}], ["importer abroad", "U.S. bank account in dollars only", "Form 4811"]),
        ([{"care_of": "Harbor Brokers Inc"}], ["in your care (C/O) for 1 importer", "for your own number", "box 28"]),
        ([{"care_of": "Harbor Brokers Inc"},
          {"care_of": "Harbor Brokers Inc", "payee_id": "12-345678900", "refund_secondary_status": PAID,
           "check_or_ach": "ACH"}], ["check CBP Form 4811 and box 28", "paid by ACH for other importers"]),
        ([{}, {"refund_secondary_status": PAID, "check_or_ach": "ACH", "refund_date": dt.date(2026, 3, 9)}],
         ["have the refunds reissued", "nothing is left to enroll", "revenuerefunds@cbp.dhs.gov"]),
    ],
    ids=["enroll", "suffix", "account", "abroad", "notify party", "4811", "reissue"],
)  # fmt: skip
def test_each_situation_has_its_letter(lines: list[dict[str, Any]], words: list[str]) -> None:
    letter = letters(frame_of(*lines), as_of=AS_OF, sender=SENDER, deadline="2026-04-10")[0]
    text = " ".join(letter.to_text().split())
    assert [
        word for word in [*words, "04/10/2026", "jo.roe@example.com", "$1,001.25"] if word not in text
    ] == []
    assert "$" not in letter.to_text().replace("$1,001.25", "")  # no value was forgotten


def test_a_request_to_cbp_lists_each_refund_and_goes_to_the_refunds_team() -> None:
    works = {"refund_secondary_status": PAID, "check_or_ach": "ACH", "refund_date": dt.date(2026, 3, 9)}
    back = {"refund_secondary_status": "Check/ACH Returned", "check_or_trace_number": "40450603"}
    request = letters(frame_of({}, back, works), as_of=AS_OF, sender=SENDER)[-1]
    text = " ".join(request.to_text().split())
    for word in ("Please reissue 2 refunds, $2,003.50 in all, to Example LLC, payee number 98-765432100", "40450603",
                 "no ACH on file", "returned", "paid by ACH on 03/09/2026", "60500000001", "60500000002"):  # fmt: skip
        assert word in text
    mail = mail_of(request.to_eml())
    assert (mail["To"], mail["From"]) == (
        "CBP refunds team <revenuerefunds@cbp.dhs.gov>", "Jo Roe <jo.roe@example.com>",
    )  # fmt: skip
    assert mail["X-Unsent"] == "1"


@pytest.mark.long
def test_amounts_and_lines_of_the_letters_are_those_of_the_worklist() -> None:
    refunds = sample_report(lines=400, seed=84)
    work = enrollment_worklist(refunds, as_of="2026-11-13")
    written = letters(refunds, as_of="2026-11-13")
    own = [letter.figures for letter in written if letter.figures.actor != "CBP"]
    assert sum(round(each.amount * 100) for each in own) == round(work["amount"].sum() * 100)
    assert sum(each.lines for each in own) == work["lines"].sum()
    asked = [each.figures for each in written if each.figures.actor == "CBP"]
    ready = work[work["step"] == "request reissue"]
    assert sum(round(each.amount * 100) for each in asked) == round(ready["amount"].sum() * 100)
    for letter in written:
        assert f"${letter.figures.amount:,.2f}" in letter.to_text()
        shown = re.findall(
            r"^\S+ .*?\$([0-9,]+\.[0-9]{2})", letter.to_text().split("The refunds\n")[-1], re.MULTILINE
        )
        if letter.figures.actor != "CBP":
            *refund, total = [round(float(each.replace(",", "")) * 100) for each in shown]
            assert sum(refund) == total == round(letter.figures.amount * 100)


def test_nobody_is_asked_for_bank_data() -> None:
    for letter in letters(sample_report(lines=400, seed=84), as_of="2026-11-13"):
        text = " ".join(letter.to_text().split()).casefold()
        assert "please do not send them" in text or "not part of this request" in text
        assert not re.search(r"(send|give|tell|e-mail) us (your|the) (bank|account|routing)", text)


def test_a_company_with_two_suffixes_gets_one_letter_and_a_notify_party_one_for_all_importers() -> None:
    lines = [{"payee_id": f"98-7654321{suffix}"} for suffix in ("00", "01")]
    lines += [{"payee_id": f"12-34567890{digit}", "care_of": name} for digit, name in
              enumerate(["Harbor Brokers Inc", "HARBOR BROKERS, INC."])]  # fmt: skip
    written = letters(frame_of(*lines), as_of=AS_OF)
    assert [letter.figures.lines for letter in written] == [2, 2]


def test_who_only_waits_for_cbp_gets_no_letter() -> None:
    log = pd.DataFrame({"payee_id": ["98-765432100"], "requested_on": ["2026-03-10"]})
    assert len(letters(frame_of({}), as_of=AS_OF, log=log)) == 0


USUAL = {
    "html", "head", "meta", "title", "body", "p", "br", "h2", "table", "thead", "tbody", "tr", "th", "td", "ol", "ul", "li",
}  # fmt: skip


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))


@pytest.mark.long
@pytest.mark.parametrize("where", ["company_name", "care_of", "refund_id", "document_number"])
def test_what_a_stranger_writes_breaks_no_header_no_page_and_no_folder(where: str, tmp_path: Path) -> None:
    lines = [{"payee_id": f"98-76543{number:02d}00", where: name} for number, name in enumerate(EVIL)]
    written = letters(frame_of(*lines), as_of=AS_OF, sender=SENDER)
    assert len(written) >= len(EVIL) - 4  # some are one notify party, or none
    assert sum(letter.figures.lines for letter in written) == len(EVIL)
    for letter in written:
        _is_whole(letter)
    paths = written.write(tmp_path / "out")
    assert len(paths) == len(set(paths)) == 3 * len(written)
    assert {path.parent for path in paths} == {tmp_path / "out"}
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}\.(txt|html|eml)", path.name) for path in paths)


@pytest.mark.parametrize("name", EVIL, ids=range(len(EVIL)))
def test_a_sender_breaks_nothing_either(name: str) -> None:
    stuck = stuck_money(frame_of({}), as_of=AS_OF)
    _is_whole(Letter(letters_due(stuck, as_of=AS_OF)[0], f"{name}\njo.roe@example.com"))


def _is_whole(letter: Letter) -> None:
    mail = mail_of(letter.to_eml())
    assert set(mail.keys()) == {"Subject", "From", "X-Unsent", "MIME-Version", "Content-Type"}
    assert not mail.defects
    assert len(mail["From"].addresses) == 1
    assert mail["From"].addresses[0].addr_spec.endswith("@example.com")
    assert len(mail["Subject"].splitlines()) == 1
    page = _Tags()
    page.feed(letter.to_html())
    assert {tag for tag, _ in page.tags} <= USUAL
    assert {names for _, names in page.tags} <= {(), ("style",), ("lang",), ("charset",)}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", letter.to_text())


def test_two_companies_of_one_name_have_files_of_their_own(tmp_path: Path) -> None:
    written = letters(frame_of({}, {"payee_id": "12-345678900"}), as_of=AS_OF).write(tmp_path, forms=["txt"])
    assert [path.name for path in written] == ["example-llc.txt", "example-llc-2.txt"]


def test_written_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    frame = frame_of({}, {"care_of": "Harbor Brokers Inc", "payee_id": "12-345678900"})
    first = {path.name: path.read_bytes() for path in letters(frame, as_of=AS_OF).write(tmp_path)}
    second = {path.name: path.read_bytes() for path in letters(frame, as_of=AS_OF).write(tmp_path)}
    assert first == second
    assert len(first) == 6


def test_a_letter_of_an_earlier_run_to_somebody_paid_since_is_set_aside(tmp_path: Path) -> None:
    other = {"company_name": "Harbor Lamp Co", "payee_id": "12-345678900"}
    letters(frame_of({}, other), as_of=AS_OF).write(tmp_path)
    paid = {"refund_secondary_status": PAID, "check_or_ach": "ACH"}
    letters(frame_of({}, other | paid), as_of=AS_OF).write(tmp_path)
    forms = ("txt", "html", "eml")
    assert {path.name for path in tmp_path.glob("*.*") if path.suffix} == {
        f"example-llc.{form}" for form in forms
    }
    assert {path.name for path in (tmp_path / "superseded").iterdir()} == {
        f"harbor-lamp-co.{form}" for form in forms
    }


def test_persons_numbers_are_masked_unless_asked_otherwise(tmp_path: Path) -> None:
    works = {"payee_id": "000-12-3456", "refund_secondary_status": PAID, "check_or_ach": "ACH",
             "refund_date": dt.date(2026, 3, 9)}  # fmt: skip
    written = letters(frame_of({"payee_id": "000-12-3456"}, works), as_of=AS_OF)
    assert len(written) == 2
    for path in written.write(tmp_path):
        assert b"000-12-3456" not in path.read_bytes()
    assert "XXX-XX-3456" in written[1].to_text()
    paths = written.write(tmp_path, mask="none")
    assert any(b"000-12-3456" in path.read_bytes() for path in paths)
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}


def test_templates_of_ones_own_replace_ours(tmp_path: Path) -> None:
    tmp_path.joinpath("payee.txt").write_text(
        "Subject: Dear $name\n\nOnly $amount.\n\n[[signature]]\n", encoding="utf-8"
    )
    letter = letters(frame_of({}), as_of=AS_OF, sender=SENDER, templates=tmp_path)[0]
    assert letter.subject() == "Dear Example LLC"
    assert letter.to_text() == f"Only $1,001.25.\n\n{SENDER}\n"


@pytest.mark.parametrize(
    "text", ["Subject: x\n\n$nobody", "Subject: x\n\n[[nothing]]", "Subject: x\n\ncosts $5"]
)
def test_a_template_that_asks_for_what_there_is_not_is_named(text: str, tmp_path: Path) -> None:
    tmp_path.joinpath("payee.txt").write_text(text, encoding="utf-8")
    with pytest.raises(Rev603Error, match="payee asks for"):
        letters(frame_of({}), as_of=AS_OF, templates=tmp_path)[0].to_text()


def test_a_letter_for_very_many_refunds_stays_a_letter_and_adds_up() -> None:
    lines = [{"amount": 0.01} for _ in range(500)]
    letter = letters(frame_of(*lines), as_of=AS_OF)[0]
    text = " ".join(letter.to_text().split())
    assert "Total $5.00" in text
    assert "The total includes 440 more refunds" in text
