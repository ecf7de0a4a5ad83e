"""Masking: no social security number in what is rendered, and frames stay whole."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from rev603.presenting.masking import mask_frame, mask_text

SSN = "000-12-3456"


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "payee_id": pd.Series([SSN, "98-765432100", "000123456", "262704-00017", None], dtype="str"),
            "address": pd.Series([f"attn {SSN} NY", "000123456 Street", "x", None, "y"], dtype="str"),
            "Remarks of old": pd.Series([f"see {SSN}, {SSN}", "-", "-", "-", "-"], dtype="str"),
            "amount": [1.0, 2.0, 3.0, 4.0, 5.0],
            "refund_date": pd.Timestamp("2026-03-02"),
        }
    )


def test_by_default_numbers_of_persons_are_masked_in_every_text_column() -> None:
    masked = mask_frame(frame())
    assert masked["payee_id"].tolist()[:4] == ["XXX-XX-3456", "98-765432100", "XXXXX3456", "262704-00017"]
    assert masked["address"].tolist()[:2] == ["attn XXX-XX-3456 NY", "000123456 Street"]
    assert masked["Remarks of old"][0] == "see XXX-XX-3456, XXX-XX-3456"


def test_missing_stays_missing_and_other_columns_stay_as_they_are() -> None:
    masked = mask_frame(frame())
    assert masked["payee_id"].isna().tolist() == [False, False, False, False, True]
    pd.testing.assert_frame_equal(masked[["amount", "refund_date"]], frame()[["amount", "refund_date"]])


def test_all_leaves_four_characters_of_every_payee_number() -> None:
    masked = mask_frame(frame(), mask="all")
    assert masked["payee_id"].tolist()[:4] == ["XXX-XX-3456", "XX-XXXXX2100", "XXXXX3456", "XXXXXX-X0017"]


def test_all_masks_payee_numbers_in_sentences_but_no_entry_number() -> None:
    said = f"98-765432100 and 262704-00017 and {SSN} for entry 605-7607248-6 on 2026-03-02"
    assert mask_text(said, mask="all") == (
        "XX-XXXXX2100 and XXXXXX-X0017 and XXX-XX-3456 for entry 605-7607248-6 on 2026-03-02"
    )


def test_none_gives_everything() -> None:
    pd.testing.assert_frame_equal(mask_frame(frame(), mask="none"), frame())
    assert mask_text(SSN, mask="none") == SSN


def test_the_frame_handed_in_is_not_changed() -> None:
    mine = frame()
    mask_frame(mine, mask="all")
    pd.testing.assert_frame_equal(mine, frame())


@pytest.mark.parametrize(
    "name", ["Payee ID", "Importer No.", "IMPORTER NUMBER", "Payee Number", "Tax ID", "SSN"]
)
def test_nine_bare_digits_are_masked_in_a_number_column_of_any_spelling(name: str) -> None:
    assert mask_frame(pd.DataFrame({name: ["000123456"]}))[name].tolist() == ["XXXXX3456"]
    assert mask_frame(pd.DataFrame({name: [900123456]}))[name].tolist() == ["XXXXX3456"]


@pytest.mark.parametrize("name", ["Importer Name", "check_or_trace_number", "address"])
def test_nine_digits_elsewhere_are_no_payee_number(name: str) -> None:
    assert mask_frame(pd.DataFrame({name: ["000123456"]}))[name].tolist() == ["000123456"]


@pytest.mark.parametrize("dtype", [pd.StringDtype(), pd.CategoricalDtype(), object])
def test_any_kind_of_text_column_is_masked(dtype: Any) -> None:
    values = pd.Series([SSN, None], dtype=object).astype(dtype)
    assert mask_frame(pd.DataFrame({"x": values}))["x"].tolist()[0] == "XXX-XX-3456"


def test_columns_of_the_same_name_are_both_masked() -> None:
    twice = pd.DataFrame([[SSN, SSN]], columns=["x", "x"])
    assert mask_frame(twice).to_numpy().tolist() == [["XXX-XX-3456"] * 2]


@pytest.mark.parametrize(("wrong", "meant"), [("snn", "ssn"), ("SSN", "ssn"), ("al", "all"), ("non", "none")])
def test_a_wrong_masking_is_refused_with_what_was_meant(wrong: Any, meant: str) -> None:
    with pytest.raises(ValueError, match=f"Did you mean '{meant}'"):
        mask_frame(frame(), mask=wrong)
    with pytest.raises(ValueError, match="pass one of 'none', 'ssn', 'all'"):
        mask_text("x", mask=wrong)


def test_a_protest_number_stays_what_it_is_in_every_column() -> None:
    told = pd.DataFrame(
        {"document_number": ["1704-25-100123"], "payee_id": ["98-7654321"], "note": ["1704-25-100123"]}
    )
    pd.testing.assert_frame_equal(mask_frame(told), told)


@pytest.mark.parametrize(
    "number",
    ["12345678", "666 45 6789", "666.45.6789", "666/45/6789", "666\u221245\u22126789", "SSN 666456789",
     "\uff16\uff16\uff1645-6789"],
)  # fmt: skip
def test_a_payee_column_closes_when_in_doubt(number: str) -> None:
    masked = mask_frame(pd.DataFrame({"payee_id": [number], "Importer No.": [number]}))
    for text in masked.iloc[0]:
        assert text.endswith(number[-4:])
        assert sum(each.isdigit() for each in text) == 4


def test_a_heading_is_masked_too_and_attrs_do_not_travel() -> None:
    told = pd.DataFrame({f"paid to {SSN}": ["x"], 7: ["y"]})
    told.attrs["source"] = SSN
    masked = mask_frame(told)
    assert masked.columns.tolist() == ["paid to XXX-XX-3456", 7]
    assert masked.attrs == {}
    assert told.attrs == {"source": SSN}
