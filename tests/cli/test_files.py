import pytest

from tflite_export.cli import files, labels
from tflite_export.cli.errors import UsageError, UserError


def test_replacing_puts_the_whole_file_in_place(tmp_path):
    path = tmp_path / "model.keras"
    path.write_text("old")
    with files.replacing(path) as beside:
        assert beside.suffix == ".keras"
        beside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_replacing_leaves_the_old_file_when_writing_fails(error, tmp_path):
    path = tmp_path / "model.keras"
    path.write_text("old")
    with pytest.raises(error), files.replacing(path) as beside:
        beside.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_output_path_refuses_other_suffixes_and_absent_folders(tmp_path):
    with pytest.raises(UsageError, match=r"must end in \.keras"):
        files.output_path("model.h5", ".keras")
    with pytest.raises(UserError, match="no such folder"):
        files.output_path(str(tmp_path / "absent" / "model.keras"), ".keras")


def test_output_path_refuses_what_cannot_be_written_before_the_work(tmp_path):
    folder = tmp_path / "folder.keras"
    folder.mkdir()
    with pytest.raises(UserError, match="folder.keras: is a folder; name a file"):
        files.output_path(str(folder), ".keras")
    with pytest.raises(UserError, match="/proc: no file can be written here"):
        files.output_path("/proc/model.keras", ".keras")


def test_labels_are_one_a_line(tmp_path):
    model = tmp_path / "cats & dogs.keras"
    labels.write(model, labels.lines(("Katze", "собака")))
    assert (tmp_path / "cats & dogs.labels.txt").read_text("utf-8") == "Katze\nсобака\n"
    labels.copy(model, tmp_path / "other.tflite")
    assert (tmp_path / "other.labels.txt").read_text("utf-8") == "Katze\nсобака\n"


@pytest.mark.parametrize("name", ["do\ng", "do\r", ""])
def test_labels_refuse_what_is_no_line(name):
    with pytest.raises(UserError, match="no single line"):
        labels.lines(("cat", name))


def test_a_model_without_labels_copies_none(tmp_path):
    labels.copy(tmp_path / "model.keras", tmp_path / "model.tflite")
    assert list(tmp_path.iterdir()) == []
