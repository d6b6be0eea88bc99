import io
import pathlib
import tarfile

import numpy as np
import pytest
from PIL import Image

from tflite_export.cli import datasets
from tflite_export.cli.errors import UserError

GREY, RGB = 90, (10, 120, 230)


def picture(path, color=RGB, size=(6, 4), mode="RGB"):
    """Writes a picture of one colour, 6 pixels wide and 4 high."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(path)


def fill(folder, count=20, **settings):
    """Writes as many pictures as it takes that some are test images."""
    for number in range(count):
        picture(folder / f"{number}.png", **settings)


def load(folder, **request):
    return datasets.load("image_folder", datasets.Request(folder, **request))


def test_classes_are_folders_in_the_order_of_their_names(tmp_path):
    fill(tmp_path / "dog", color=(0, 0, 9))
    fill(tmp_path / "cat", color=(0, 0, 7))
    data = load(tmp_path)
    assert data.class_names == ("cat", "dog")
    assert data.x_train.shape[1:] == (4, 6, 3)
    assert data.x_train.dtype == np.uint8
    for images, labels in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        np.testing.assert_array_equal(images[:, 0, 0, 2], np.where(labels == 0, 7, 9))


def test_a_picture_stays_in_its_part_when_others_join(tmp_path):
    for name in ("cat", "dog"):
        for number in range(50):
            picture(tmp_path / name / f"{number}.png", color=(number, 0, 0))
    before = load(tmp_path)
    for number in range(50, 100):
        picture(tmp_path / "dog" / f"{number}.png", color=(number, 0, 0))
    after = load(tmp_path)

    def test_cats(data):
        return data.x_test[data.y_test == 0, 0, 0, 0].tolist()

    assert test_cats(before) == test_cats(after) != []
    assert 0.1 < len(after.x_test) / 150 < 0.3


def test_given_split(tmp_path):
    for part, level in (("train", 1), ("test", 2)):
        for name in ("cat", "dog"):
            picture(tmp_path / part / name / "a.png", color=(level, 0, 0))
    picture(tmp_path / "validation" / "cat" / "a.png", size=(9, 9))
    data = load(tmp_path)
    assert data.x_train[:, 0, 0, 0].tolist() == [1, 1]
    assert data.x_test[:, 0, 0, 0].tolist() == [2, 2]
    assert data.class_names == ("cat", "dog")


def test_archive_is_read_like_the_folder_it_holds(tmp_path):
    folder, archive = tmp_path / "pictures", tmp_path / "pictures.tar.xz"
    fill(folder / "train" / "cat")
    fill(folder / "train" / "dog")
    picture(folder / "test" / "dog" / "a.png")
    with tarfile.open(archive, "w:xz") as tar:
        tar.add(folder, arcname=".")
    from_folder, from_archive = load(folder), load(archive)
    np.testing.assert_array_equal(from_folder.x_train, from_archive.x_train)
    np.testing.assert_array_equal(from_folder.y_test, from_archive.y_test)
    assert from_folder.class_names == from_archive.class_names


def test_names_with_spaces_and_letters_of_all_kinds(tmp_path):
    names = ("grüner Apfel", "яблоко 🍏")
    for name in names:
        fill(tmp_path / name)
        picture(tmp_path / name / "ein Bild.JPG")
    data = load(tmp_path)
    assert data.class_names == names
    assert len(data.x_train) + len(data.x_test) == 42


def test_broken_pictures_are_named_and_skipped(tmp_path, capsys):
    for name in ("cat", "dog"):
        fill(tmp_path / name)
    (tmp_path / "cat" / "no picture.png").write_bytes(b"nonsense")
    (tmp_path / "cat" / "empty.jpg").touch()
    whole = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(whole, "PNG")
    (tmp_path / "dog" / "cut.png").write_bytes(whole.getvalue()[:2000])
    data = load(tmp_path)
    assert len(data.x_train) + len(data.x_test) == 40
    err = capsys.readouterr().err
    assert err.count("\n") == 3
    for name in ("cat/no picture.png", "cat/empty.jpg", "dog/cut.png"):
        assert f"skipped broken picture {name}: " in err


def test_other_files_are_left_out(tmp_path, capsys):
    for name in ("cat", "dog"):
        fill(tmp_path / name)
        (tmp_path / name / "notes.txt").write_text("no picture")
        (tmp_path / name / ".hidden.png").write_text("no picture")
    fill(tmp_path / ".cache" / "thumbnails")
    picture(tmp_path / "cover.png")
    data = load(tmp_path)
    assert data.class_names == ("cat", "dog")
    assert len(data.x_train) + len(data.x_test) == 40
    assert capsys.readouterr().err == ""


def test_only_grey_pictures_have_one_channel(tmp_path):
    fill(tmp_path / "cat", color=GREY, mode="L")
    fill(tmp_path / "dog", color=GREY, mode="L")
    assert load(tmp_path).x_train.shape[1:] == (4, 6, 1)
    assert load(tmp_path, channels=3).x_train.shape[1:] == (4, 6, 3)


def test_grey_among_colour_becomes_rgb(tmp_path):
    fill(tmp_path / "cat", color=GREY, mode="L")
    fill(tmp_path / "dog")
    data = load(tmp_path)
    assert data.x_train[0, 0, 0].tolist() == [GREY] * 3
    assert data.x_train[-1, 0, 0].tolist() == list(RGB)
    assert load(tmp_path, channels=1).x_train.shape[1:] == (4, 6, 1)


def test_sixteen_bit_grey_keeps_its_upper_bits(tmp_path):
    deep = Image.fromarray(np.full((4, 6), 0x5A12, np.uint16))
    for name in ("cat", "dog"):
        fill(tmp_path / name, color=0, mode="L")
        deep.save(tmp_path / name / "deep.png")
    data = load(tmp_path)
    assert {0x5A, 0} == set(np.unique(data.x_train)) | set(np.unique(data.x_test))


def test_size_resizes(tmp_path):
    fill(tmp_path / "cat", size=(30, 20))
    fill(tmp_path / "dog", size=(5, 50))
    data = load(tmp_path, size=(16, 16))
    assert data.x_train.shape[1:] == (16, 16, 3)
    np.testing.assert_array_equal(data.x_train, np.broadcast_to(RGB, data.x_train.shape))


def test_different_sizes_need_one(tmp_path):
    fill(tmp_path / "cat", size=(30, 20))
    fill(tmp_path / "dog")
    with pytest.raises(UserError, match="differ in size: .* --image_size"):
        load(tmp_path)


def test_no_class_folders(tmp_path):
    picture(tmp_path / "cat.png")
    with pytest.raises(UserError, match="has 0 class folders; at least two are needed"):
        load(tmp_path)


def test_one_class_folder(tmp_path):
    fill(tmp_path / "cat")
    with pytest.raises(UserError, match="has 1 class folders; at least two are needed"):
        load(tmp_path)


def test_empty_class(tmp_path):
    fill(tmp_path / "cat")
    fill(tmp_path / "dog")
    (tmp_path / "eel").mkdir()
    with pytest.raises(UserError, match="class 'eel' .* has no picture to train on"):
        load(tmp_path)


def test_no_test_pictures(tmp_path):
    for name in ("cat", "dog"):
        picture(tmp_path / "train" / name / "a.png")
    (tmp_path / "test").mkdir()
    with pytest.raises(UserError, match="is left to test with"):
        load(tmp_path)


def test_no_folder_given():
    with pytest.raises(UserError, match="say with --data_dir where the pictures lie"):
        load(None)


def test_absent_folder():
    with pytest.raises(UserError, match="^absent: no such folder or archive$"):
        load(pathlib.Path("absent"))


@pytest.mark.parametrize("kept", [0, 50])
def test_damaged_archive(kept, tmp_path):
    whole = tmp_path / "whole.tar.gz"
    fill(tmp_path / "cat")
    with tarfile.open(whole, "w:gz") as tar:
        tar.add(tmp_path / "cat", arcname="cat")
    damaged = tmp_path / "damaged.tar.gz"
    damaged.write_bytes(whole.read_bytes()[:kept])
    with pytest.raises(UserError, match="neither a folder nor a whole tar archive"):
        load(damaged)


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Whole archives of forty pictures by their suffix."""
    folder = tmp_path_factory.mktemp("archives")
    noise = np.random.default_rng(0).integers(0, 256, (2, 20, 4, 6, 3), np.uint8)
    for name, pictures in zip(("cat", "dog"), noise, strict=True):
        (folder / name).mkdir()
        for number, pixels in enumerate(pictures):
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    for suffix in ("", ".gz", ".bz2", ".xz"):
        with tarfile.open(
            folder / f"tar{suffix}", f"w:{suffix[1:]}", format=tarfile.USTAR_FORMAT
        ) as tar:
            for name in ("cat", "dog"):
                tar.add(folder / name, arcname=name)
    return {suffix: (folder / f"tar{suffix}").read_bytes() for suffix in ("", ".gz", ".bz2", ".xz")}


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz"])
def test_an_archive_that_is_cut_anywhere_is_refused(archives, suffix, tmp_path):
    content, cut = archives[suffix], tmp_path / "cut"
    # Behind its last picture a plain archive is filled up with zeros.
    end = len(content.rstrip(b"\0")) if suffix == "" else len(content)
    for share in range(10):
        cut.write_bytes(content[: end * share // 10])
        with pytest.raises(UserError, match="neither a folder nor a whole tar archive: .*[^:]$"):
            load(cut)


@pytest.mark.parametrize("kept", [0, 100])
def test_an_archive_that_ends_before_or_in_a_header_is_refused(archives, kept, tmp_path):
    """Which Python's tarfile takes for its end."""
    last = archives[""].rindex(b"dog/")
    (tmp_path / "cut").write_bytes(archives[""][: last + kept])
    with pytest.raises(UserError, match="nor a whole tar archive: its end is missing"):
        load(tmp_path / "cut")


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_an_archive_with_a_wrong_byte_anywhere_is_refused(archives, suffix, tmp_path):
    """Also where the byte falls into a picture: its checksum is read."""
    content, damaged = bytearray(archives[suffix]), tmp_path / "damaged"
    for share in range(1, 10):
        changed = content.copy()
        changed[len(content) * share // 10] ^= 255
        damaged.write_bytes(changed)
        with pytest.raises(UserError, match="neither a folder nor a whole tar archive"):
            load(damaged)


def test_a_link_to_nothing_is_named_and_skipped(tmp_path, capsys):
    for name in ("cat", "dog"):
        fill(tmp_path / name)
    (tmp_path / "cat" / "link.png").symlink_to("nothing")
    data = load(tmp_path)
    assert len(data.x_train) + len(data.x_test) == 40
    assert "skipped broken picture cat/link.png: " in capsys.readouterr().err
