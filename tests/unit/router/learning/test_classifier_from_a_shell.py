"""`ascolto classifier train` and `predict`, from file to file; and every way to get it wrong, with its mend."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from deploy.cli.__main__ import main
from tests.unit.router.learning.sayings import sayings, split

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["classifier", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    data = folder / "train.csv"
    with data.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "language"])
        writer.writerows(
            [one.text, one.label, one.language] for one in [*sayings("it"), *sayings("en")] if one.line % 3
        )
    assert main(["classifier", "train", "--data", str(data), "--out", str(folder / "out")]) == 0
    return folder / "out"


def test_training_tells_figures_and_draws_the_confusion(model: Path) -> None:
    report = json.loads((model / "report.json").read_text(encoding="utf-8"))
    assert {"macro_f1", "accuracy", "calibration_error", "coverage", "confusion", "version"} <= set(report)
    assert sum(map(sum, report["confusion"])) == report["texts"]
    assert sorted(report["languages"]) == ["en", "it"]
    picture = ET.parse(model / "confusion.svg").getroot()
    assert picture.tag.endswith("svg")
    assert any("guasto → guasto" in (title.text or "") for title in picture.iter("{http://www.w3.org/2000/svg}title"))


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_every_row_gets_a_label_a_probability_and_whether_it_abstained(
    shell: Shell, model: Path, tmp_path: Path, ending: str
) -> None:
    data, out = tmp_path / "new.jsonl", tmp_path / f"out.{ending}"
    texts = ["Il forno nuovo non si accende", "My parcel is stuck", "", 'Sono "deluso",\nrichiamatemi']
    data.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    code, told, _ = shell("predict", "--model", model, "--data", data, "--out", out, "--words")
    assert code == 0
    assert "4 texts labelled" in told
    if ending == "csv":
        with out.open(newline="", encoding="utf-8") as file:
            rows: list[dict[str, object]] = list(csv.DictReader(file))
    else:
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == texts
    assert [row["label"] for row in rows[:2]] == ["guasto", "consegna"]
    assert all(0 <= float(str(row["probability"])) <= 1 for row in rows)
    assert [str(row["abstained"]).lower() for row in rows] == ["false", "false", "true", "true"]
    assert "forno" in str(rows[0]["words"])


def test_a_score_leaves_out_what_was_trained_on(shell: Shell, model: Path, tmp_path: Path) -> None:
    learnt, fresh = split(sayings("it"))
    data, out = tmp_path / "all.jsonl", tmp_path / "out.jsonl"
    lines = [json.dumps({"text": one.text.upper(), "label": one.label}) for one in [*learnt, *fresh]]
    data.write_text("\n".join(lines), encoding="utf-8")
    code, told, _ = shell("predict", "--model", model, "--data", data, "--out", out)
    assert code == 0
    assert f"{len(learnt)} texts with a label were trained on" in told
    report = json.loads((tmp_path / "out.jsonl.report.json").read_text(encoding="utf-8"))
    assert report["texts"] == len(fresh)
    assert report["left_out_as_trained_on"] == len(learnt)
    assert (tmp_path / "out.jsonl.confusion.svg").exists()


def test_a_spreadsheet_of_a_country_with_decimal_commas_is_read(shell: Shell, model: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "foglio.csv", tmp_path / "out.csv"
    data.write_bytes("\ufeffText;Label\r\nIl pacco, quello grande, non è mai arrivato;consegna\r\n".encode())
    assert shell("predict", "--model", model, "--data", data, "--out", out)[0] == 0
    with out.open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["label"], row["expected"]) == ("consegna", "consegna")


WRONG = {
    "no column": ("data.csv", b"body,label\na,b\n", "data.csv:1: has no column `text`"),
    "no text": ("data.csv", b"text,label\nhello,a\n  ,b\n", "data.csv:3: has an empty text; take the row out"),
    "no label": ("data.csv", b'text,label\n"two\nlines",a\nhello,\n', "data.csv:4: has no label"),
    "no label at all": ("data.csv", b"text\nhello\n", "data.csv:2: has no label"),
    "too many cells": ("data.csv", b"text,label\nhello, you,a\n", "data.csv:2: has 3 cells for 2 columns"),
    "open quotes": ("data.csv", b'text,label\n"hello,a\n', "is not CSV"),
    "not UTF-8": (
        "data.csv",
        b"text,label\nhello,a\nperch\xe9,b\n",
        "data.csv:3: is not UTF-8; save the file as UTF-8",
    ),
    "twice a column": ("data.csv", b"text,label,text\na,b,c\n", "data.csv:1: names text twice"),
    "nothing": ("data.csv", b"", "data.csv:1: has no column `text` (found: nothing)"),
    "no rows": ("data.csv", b"text,label\n", "data.csv: holds no texts"),
    "not JSON": ("data.jsonl", b'{"text": "a", "label": "b"}\n{"text": \n', "data.jsonl:2: is not JSON"),
    "no object": ("data.jsonl", b'["a", "b"]\n', "data.jsonl:1: is no JSON object"),
    "a number for a text": ("data.jsonl", b'{"text": 5, "label": "b"}\n', "data.jsonl:1: has no text"),
    "a number for a label": ("data.jsonl", b'{"text": "a", "label": 5}\n', "data.jsonl:1: has a label or language"),
    "one label": ("data.csv", b"text,label\n" + b"".join(b"text %d,a\n" % n for n in range(20)), "at least two labels"),
    "too few": ("data.csv", b"text,label\na,a\nb,b\nc,a\nd,b\n", "4 different texts are too few"),
    "all the same": ("data.csv", b"text,label\n" + b"same,a\nsame,b\n" * 20, "2 different texts are too few"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_with_the_data_is_told_with_its_line(shell: Shell, tmp_path: Path, wrong: str) -> None:
    name, content, told = WRONG[wrong]
    data = tmp_path / name
    data.write_bytes(content)
    code, _, said = shell("train", "--data", data, "--out", tmp_path / "out")
    assert code == 1
    assert told in said
    assert not (tmp_path / "out").exists()


def test_all_faults_are_told_at_once_but_not_a_thousand(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("text,label\n" + ",a\n" * 1000, encoding="utf-8")
    said = shell("train", "--data", data, "--out", tmp_path / "out")[2]
    assert said.count("data.csv:") == 10
    assert "... and 990 more" in said


def test_a_model_that_was_changed_or_is_none_is_refused(shell: Shell, model: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "data.csv", tmp_path / "out.csv"
    data.write_text("text\nhello\n", encoding="utf-8")
    assert "cannot be read; name the folder" in shell("predict", "--model", tmp_path, "--data", data, "--out", out)[2]
    for name in ("model.json", "model.npz"):
        (tmp_path / name).write_bytes((model / name).read_bytes())
    (tmp_path / "model.npz").write_bytes((model / "model.npz").read_bytes()[:-1000])
    code, _, said = shell("predict", "--model", tmp_path, "--data", data, "--out", out)
    assert code == 1
    assert "is not what was trained" in said
    (tmp_path / "model.json").write_text("[]", encoding="utf-8")
    assert "is not a model" in shell("predict", "--model", tmp_path, "--data", data, "--out", out)[2]


def test_missing_files_and_wrong_places_are_told(shell: Shell, model: Path, tmp_path: Path) -> None:
    absent, data = tmp_path / "absent.csv", tmp_path / "data.csv"
    data.write_text("text\nhello\n", encoding="utf-8")
    assert "there is no such file" in shell("train", "--data", absent, "--out", tmp_path / "out")[2]
    assert "name another file with --out" in shell("predict", "--model", model, "--data", data, "--out", data)[2]
    assert data.read_text(encoding="utf-8") == "text\nhello\n"
    assert "name a folder for the model" in shell("train", "--data", data, "--out", data)[2]


def test_what_is_not_installed_is_named_with_the_line_that_installs_it(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.router.learning.commands.missing", lambda: ["sklearn"])
    monkeypatch.setattr("deploy.cli.classifier._BOOTSTRAP", tmp_path / "no checkout")
    code, _, said = shell("train", "--data", tmp_path / "data.csv", "--out", tmp_path / "out")
    assert code == 1
    assert "sklearn not installed: run `make learning`" in said
