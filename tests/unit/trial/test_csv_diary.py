"""A diary's CSV: what is read, what is put right with a remark, and what is refused in which words."""

import time
from datetime import date, timedelta

import pytest

from pinprick.errors import DiaryError, FileError, PinprickError
from pinprick.trial.csv_diary import diary_from_csv, diary_to_csv, read_diary, write_diary
from pinprick.trial.diary import Diary, Entry

TODAY = date(2026, 11, 22)
PLAIN = "day,treatment,pain\n2026-05-04,mat,4\n2026-05-05,towel,6.5\n"


def read(text):
    return diary_from_csv(text, name="diary.csv", today=TODAY)


def ratings(diary, name="pain"):
    return [entry.ratings.get(name) for entry in diary]


def test_a_plain_diary_is_read():
    diary = read(PLAIN)
    assert diary == Diary(
        (Entry(date(2026, 5, 4), "mat", {"pain": 4.0}), Entry(date(2026, 5, 5), "towel", {"pain": 6.5})), ("pain",)
    )
    assert [entry.row for entry in diary] == [2, 3]
    assert diary.remarks == ()


def test_every_column_is_read():
    text = (
        "day,treatment,pain,sleep,done,minutes,note,received\n"
        '2026-05-04,mat,4,,yes,20,"slept well, woke early",2026-05-05\n'
    )
    (entry,) = read(text)
    assert entry == Entry(
        date(2026, 5, 4), "mat", {"pain": 4.0}, True, 20.0, "slept well, woke early", date(2026, 5, 5)
    )
    assert read(text).outcomes == ("pain", "sleep")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\ufeff" + PLAIN,
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", ";").replace("6.5", "6,5"),
        PLAIN.replace(",", "\t").replace("6.5", "6,5"),
        "sep=;\n" + PLAIN.replace(",", ";"),
        "\n \n" + PLAIN + ",,\n   \n\n",
        PLAIN.replace(",", ", "),
        PLAIN.replace("\n", ",,\n"),
        PLAIN.replace("day,", '"day",').replace("mat", '"mat"'),
        "pain,treatment,day\n4,mat,2026-05-04\n6.5,towel,2026-05-05\n",
        PLAIN.replace("day", " DAY ").replace("treatment", "Treatment"),
        PLAIN.replace("day", "Date").replace("treatment", "arm"),
        PLAIN.replace("treatment", "condition"),
        PLAIN.replace("treatment", "Intervention"),
        PLAIN.replace("4\n", "4.0\n").replace("6.5", "06.50"),
    ],
)
def test_the_same_diary_in_other_clothes(text):
    assert read(text) == read(PLAIN)


def test_an_empty_cell_is_not_answered_and_a_gap_is_fine():
    diary = read("day,treatment,pain\n2026-05-04,mat,\n2026-06-30,towel\n")
    assert ratings(diary) == [None, None]
    assert diary.remarks == ()


def test_a_header_alone_is_a_diary_without_days():
    assert read("day,treatment,pain,stress\n") == Diary((), ("pain", "stress"))


def test_the_case_of_an_outcome_is_kept():
    assert read("day,treatment,Back Pain\n").outcomes == ("Back Pain",)


def test_days_out_of_order_are_sorted_with_a_remark():
    diary = read("day,treatment,pain\n2026-05-05,towel,6.5\n2026-05-04,mat,4\n")
    assert diary.entries == read(PLAIN).entries
    assert diary.remarks == ("The rows were not in order of days; they were sorted.",)


def test_rows_said_twice_count_once_with_a_remark():
    diary = read(PLAIN + "2026-05-04,mat,4.0\n\n2026-05-05,towel,6.5\n")
    assert diary.entries == read(PLAIN).entries
    assert diary.remarks == ("What rows 4, 6 says was there already, word for word; it was counted once.",)


def test_days_without_a_treatment_are_kept_with_a_remark():
    diary = read("day,treatment,pain\n2026-05-04,,4\n2026-05-05,N/A,5\n2026-05-06,-,5\n2026-05-07,mat,5\n")
    assert [entry.treatment for entry in diary] == [None, None, None, "mat"]
    assert diary.remarks == ("No treatment is named in rows 2, 3, 4.",)


def test_a_column_of_text_is_left_out_with_a_remark():
    diary = read("day,treatment,weather,pain,bedtime\n2026-05-04,mat,rain,4,22:30\n2026-05-05,mat,,5,23:10\n")
    assert diary.outcomes == ("pain",)
    assert diary.remarks == ("weather, bedtime hold text and were left out.",)


def test_a_column_without_a_name_is_left_out_with_a_remark():
    diary = read(",day,treatment,pain\n0,2026-05-04,mat,4\n1,2026-05-05,towel,6.5\n")
    assert diary.entries == read(PLAIN).entries
    assert diary.remarks == ("Column 1 has no name and was left out.",)


def test_the_word_itself_wins_over_another_name_for_the_treatment():
    diary = read("day,treatment,condition,pain\n2026-05-04,mat,rainy,4\n")
    assert diary.entries[0].treatment == "mat"
    assert diary.remarks == ("condition holds text and was left out.",)


@pytest.mark.parametrize(
    ("cell", "done"),
    [
        *((cell, True) for cell in ("yes", "Y", "TRUE", "1", "x")),
        *((cell, False) for cell in ("no", "n", "False", "0")),
        ("", None),
    ],
)
def test_done_is_said_in_many_ways(cell, done):
    assert read(f"day,treatment,pain,done\n2026-05-04,mat,4,{cell}\n").entries[0].done is done


def test_a_note_keeps_its_line_breaks_and_counts_as_one_row():
    diary = read('day,treatment,pain,note\n2026-05-04,mat,4,"one\ntwo"\n2026-05-05,mat,5,\n')
    assert diary.entries[0].note == "one\ntwo"
    assert diary.entries[1].row == 3


def test_thousands_of_columns_are_read():
    names = [f"q{i}" for i in range(3000)]
    diary = read("day,treatment," + ",".join(names) + "\n2026-05-04,mat," + ",".join(["5"] * 3000) + "\n")
    assert diary.outcomes == tuple(names)


def test_100_000_days_are_read():
    """The bound is loose, for a busy machine; an idle one takes well under a second."""
    first = date(1750, 1, 1)
    text = PLAIN[:19] + "".join(
        f"{first + timedelta(days=i)},{'mat' if i % 2 else 'towel'},{i % 11}\n" for i in range(100_000)
    )
    start = time.process_time()
    assert len(read(text)) == 100_000
    assert time.process_time() - start < 5


def bad(rows, header="day,treatment,pain"):
    return f"{header}\n{rows}\n"


REFUSED = {
    # name: (text, where it is, the value, what is allowed, what to do)
    "empty": ("", "diary.csv is empty", "", "first row names the columns", "such as day,treatment,pain"),
    "blank": (" \n\n,,\n", "diary.csv is empty", "", "first row names the columns", "such as day,treatment,pain"),
    "no header": ("2026-05-04,mat,4\n", "has no header", "'2026-05-04'", "names the columns", "Put a first row"),
    "no header, other dates": ("4.5.2026;mat;4\n", "has no header", "'4.5.2026'", "names the columns", "Put a first"),
    "no day": ("when,treatment,pain\n", "the header", "'when'", "no column called day", "name the columns as in"),
    "no treatment": ("day,what,pain\n", "the header", "'what'", "no column called treatment", "name the columns"),
    "wrong sign": ("day|treatment|pain\n", "header", "'day|treatment|pain'", "no column called day", "with commas"),
    "no rating": ("day,treatment,note\n", "the header", "", "names no rating", "add a column for it"),
    "two columns of one name": (
        "day,treatment,pain,Pain\n",
        "the header",
        "'Pain'",
        "twice (columns 3 and 4)",
        "give each column its own name",
    ),
    "two columns of days": ("day,date,treatment,pain\n", "the header", "day and date", "both", "keep one of them"),
    "two columns of treatments": (
        "day,arm,condition,pain\n",
        "the header",
        "arm and condition",
        "both",
        "keep one of them, and call it treatment",
    ),
    "too many cells": (
        bad("2026-05-04,mat,6,5"),
        "row 2",
        "4 cells",
        "the header names 3 columns",
        "write a decimal as 6.5",
    ),
    "open quotation mark": (
        bad('2026-05-04,"mat,4\n2026-05-05,mat,5'),
        "row 2",
        "",
        "cannot be split into cells",
        "close every quotation",
    ),
    "no date": (
        bad("2026-05-04,mat,4\n,mat,4"),
        "row 3: day",
        "is empty",
        "the day that the row",
        "such as 2026-05-04",
    ),
    "words for a date": (bad("yesterday,mat,4"), "row 2: day", "'yesterday'", "not a date", "write year-month-day"),
    "31 February": (bad("2026-02-31,mat,4"), "row 2: day", "'2026-02-31'", "February 2026 has", "days 01 to 28"),
    "month 13": (bad("2026-13-01,mat,4"), "row 2: day", "'2026-13-01'", "month 13", "months run from 01 to 12"),
    "half a date": (bad("31.02,mat,4"), "row 2: day", "'31.02'", "not a date", "write year-month-day"),
    "an impossible date": (bad("31.02.2026,mat,4"), "row 2: day", "'31.02.2026'", "not a date", "write year-month-day"),
    "two meanings": (
        bad("04/05/2026,mat,4"),
        "row 2: day",
        "'04/05/2026'",
        "could be 4 May or 5 April",
        "write the year first: 2026-05-04 or 2026-04-05",
    ),
    "two meanings with dots": (
        bad("4.5.2026,mat,4"),
        "row 2: day",
        "'4.5.2026'",
        "could be 4 May or 5 April",
        "write the year first: 2026-05-04",
    ),
    "one meaning": (
        bad("31/05/2026,mat,4"),
        "row 2: day",
        "'31/05/2026'",
        "does not start with the year",
        "write 2026-05-31",
    ),
    "the same either way": (bad("5/5/2026,mat,4"), "row 2: day", "'5/5/2026'", "start with the year", "2026-05-05"),
    "one digit": (bad("2026-5-4,mat,4"), "row 2: day", "'2026-5-4'", "two digits each", "write 2026-05-04"),
    "week date": (bad("2026-W19-1,mat,4"), "row 2: day", "'2026-W19-1'", "not a date", "write year-month-day"),
    "a time": (
        bad("2026-05-04 21:30,mat,4"),
        "row 2: day",
        "'2026-05-04 21:30'",
        "holds a time",
        "only the date, 2026-05-04",
    ),
    "a spreadsheet's number": (
        bad("46146,mat,4"),
        "row 2: day",
        "'46146'",
        "a spreadsheet's number for 2026-05-04",
        "format the column",
    ),
    "the future": (
        bad("2026-11-23,mat,4"),
        "row 2: day",
        "'2026-11-23'",
        "in the future; today is 2026-11-22",
        "Correct the date",
    ),
    "two different rows for a day": (
        bad("2026-05-04,mat,4\n2026-05-05,mat,4\n2026-05-04,mat,5"),
        "rows 2, 4",
        "2026-05-04",
        "differ",
        "keep the one",
    ),
    "text in a rating": (
        bad("2026-05-04,mat,4\n2026-05-05,mat,bad"),
        "row 3: pain",
        "'bad'",
        "a number such as 6",
        "leave the cell empty",
    ),
    "only text": (bad("2026-05-04,mat,bad"), "row 2: pain", "'bad'", "a number such as 6", "leave the cell empty"),
    "of ten": (bad("2026-05-04,mat,7/10"), "row 2: pain", "'7/10'", "a number such as 6", "Write 7 alone"),
    "of ten beside numbers": (
        bad("2026-05-04,mat,7 out of 10,3", "day,treatment,pain,stress"),
        "row 2: pain",
        "'7 out of 10'",
        "a number",
        "Write 7",
    ),
    "percent": (bad("2026-05-04,mat,70%"), "row 2: pain", "'70%'", "a number such as 6", "Write 70 alone"),
    "nan": (bad("2026-05-04,mat,nan"), "row 2: pain", "'nan'", "a number such as 6", "Leave the cell empty"),
    "NaN beside numbers": (
        bad("2026-05-04,mat,NaN,3", "day,treatment,pain,stress"),
        "row 2: pain",
        "'NaN'",
        "a number",
        "Leave the cell empty",
    ),
    "NA": (bad("2026-05-04,mat,4\n2026-05-05,mat,NA"), "row 3: pain", "'NA'", "a number", "Leave the cell empty"),
    "N/A": (bad("2026-05-04,mat,4\n2026-05-05,mat,N/A"), "row 3: pain", "'N/A'", "a number", "Leave the cell empty"),
    "a dash": (bad("2026-05-04,mat,4\n2026-05-05,mat,-"), "row 3: pain", "'-'", "a number", "Leave the cell empty"),
    "infinity": (bad("2026-05-04,mat,inf"), "row 2: pain", "'inf'", "a number such as 6", "Correct it"),
    "too big": (bad("2026-05-04,mat,1e999"), "row 2: pain", "'1e999'", "a number such as 6", "Correct it"),
    "1_0": (bad("2026-05-04,mat,1_0"), "row 2: pain", "'1_0'", "a number such as 6", "Correct it"),
    "a decimal comma": (bad('2026-05-04,mat,4\n2026-05-05,mat,"6,5"'), "row 3: pain", "'6,5'", "a number", "Write 6.5"),
    "two decimal signs": (
        bad("2026-05-04;mat;6.5\n2026-05-05;mat;6,5", "day;treatment;pain"),
        "row 2: pain",
        "'6.5', but row 3 has '6,5'",
        "one decimal sign",
        "use one decimal sign throughout",
    ),
    "done": (
        bad("2026-05-04,mat,4,maybe", "day,treatment,pain,done"),
        "row 2: done",
        "'maybe'",
        "neither yes nor no",
        "leave",
    ),
    "minutes": (
        bad("2026-05-04,mat,4,-5", "day,treatment,pain,minutes"),
        "row 2: minutes",
        "'-5'",
        "0 or more",
        "leave the cell",
    ),
    "minutes of text": (
        bad("2026-05-04,mat,4,long", "day,treatment,pain,minutes"),
        "row 2: minutes",
        "'long'",
        "0 or more",
        "leave",
    ),
    "a long value": (
        bad("2026-05-04,mat,4\n2026-05-05,mat," + "ü" * 99),
        "row 3: pain",
        "'" + "ü" * 37 + "...'",
        "a number",
        "empty",
    ),
    "a line break in a value": (
        bad('2026-05-04,mat,4\n2026-05-05,mat,"a\nb"'),
        "row 3: pain",
        r"'a\nb'",
        "a number",
        "leave the cell empty",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_line(case):
    text, *says = REFUSED[case]
    with pytest.raises(PinprickError) as refused:
        read(text)
    message = str(refused.value)
    assert message.startswith("diary.csv")
    assert "\n" not in message
    for words in says:
        assert words in message


def test_the_kind_of_error_tells_the_file_from_its_rows():
    with pytest.raises(FileError):
        read("")
    with pytest.raises(DiaryError):
        read(bad("2026-05-04,mat,bad"))


def test_without_today_every_day_passes():
    assert len(diary_from_csv(bad("2999-01-01,mat,4"), name="x", today=None)) == 1


def test_a_diary_goes_to_a_file_and_back(tmp_path):
    diary = read(PLAIN)
    write_diary(diary, tmp_path / "copy.csv")
    assert read_diary(tmp_path / "copy.csv", today=TODAY) == diary
    assert (tmp_path / "copy.csv").read_text(encoding="utf-8") == PLAIN


@pytest.mark.parametrize("note", ["=1+1", "+49 30", "-5", "@home", "\t=x", "'=1", "''=1", " =1", "'twas", "＝1"])  # noqa: RUF001
def test_no_note_is_written_as_a_formula(note):
    diary = Diary((Entry(date(2026, 5, 4), "+10 mg", {"=pain": 1.0}, note=note),), ("=pain",))
    written = diary_to_csv(diary)
    assert read(written) == diary
    for cell in written.replace("\n", ",").split(","):
        assert not cell.strip(' "\t').startswith(tuple("=+-@＝"))  # noqa: RUF001


@pytest.mark.parametrize(
    ("diary", "says"),
    [
        (Diary((), ()), "without an outcome"),
        (Diary((), ("Note",)), "'Note'"),
        (Diary((), ("date",)), "'date'"),
        (Diary((), (" pain",)), "' pain'"),
        (Diary((), ("pain", "Pain")), "'Pain'"),
        (Diary((Entry(date(2026, 5, 4), "n/a"),), ("pain",)), "'n/a'"),
        (Diary((Entry(date(2026, 5, 4), "mat "),), ("pain",)), "'mat '"),
        (Diary((Entry(date(2026, 5, 4), ""),), ("pain",)), "''"),
    ],
)
def test_what_would_not_read_back_is_not_written(diary, says):
    with pytest.raises(FileError, match=says):
        diary_to_csv(diary)


@pytest.mark.parametrize("name", ["note", "notes", "NOTES", "Date", "arm", "condition", "intervention", "received"])
def test_an_outcome_that_would_be_read_as_another_column_is_not_written(name):
    with pytest.raises(FileError, match="give it another name"):
        diary_to_csv(Diary((Entry(date(2026, 5, 4), "mat", {name: 4.0}),), (name,)))
