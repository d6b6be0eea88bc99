"""The plan of the accuracy experiments: what it holds, what is left of it, and who trains it."""

import doctest
import json
import threading

import pytest

from .conftest import HARNESS

ROW = {"data": "digits", "epochs": 1, "rate": 4e-3}


@pytest.fixture(scope="module")
def plan(harness):
    return harness("plan")


@pytest.fixture(scope="module")
def run_queue(harness):
    return harness("run_queue")


@pytest.fixture
def folder(tmp_path):
    """A folder with a plan of two float nets, each the teacher of another."""
    rows = [{**ROW, "variant": variant, "seeds": [0, 1]} for variant in ("float", "distilled")]
    (tmp_path / "plan.json").write_text(json.dumps(rows))
    return tmp_path


class Trainer:
    """Stands for the processes that train: leaves weights and lines, or dies."""

    def __init__(self, folder, append, dies=lambda run: False):
        self.folder, self.append, self.dies = folder, append, dies
        self.order, self._lock = [], threading.Lock()

    def __call__(self, run, gpu):
        with self._lock:
            self.order.append((run.variant, run.seed))
            if self.dies(run):
                return False
            run.weights(self.folder).touch()
            self.append(self.folder / "out.jsonl", vars(run))
        return True


def queue_of(run_queue, folder, **options):
    return run_queue.RunQueue(folder / "plan.json", folder / "out.jsonl", folder, **options)


@pytest.mark.parametrize(
    "module", ["calibration", "file_tables", "json_lines", "table", "weight_files"]
)
def test_examples_hold(harness, module):
    tried = doctest.testmod(harness(module))
    assert tried.attempted and not tried.failed


def test_every_variant_is_planned_and_every_planned_one_is_known(plan, harness):
    runs = plan.planned(HARNESS / "plan.json")
    variants = harness("variants").VARIANTS
    assert {run.variant for run in runs} == set(variants)
    assert len(runs) == len(set(runs))


def _stored(lines):
    names = "60_epochs_first_schedule.jsonl", "60_epochs.jsonl"
    return [found for name in names for found in lines.read(HARNESS / "results" / name)]


def test_the_page_shows_the_stored_runs(harness):
    page = (HARNESS.parents[1] / "docs" / "accuracy.md").read_text()
    lines = harness("json_lines")
    results = lines.latest(_stored(lines))
    assert harness("table").with_table(page, results) == page


def test_the_page_shows_the_stored_files(harness):
    page = (HARNESS.parents[1] / "docs" / "accuracy.md").read_text()
    assert harness("file_tables").with_tables(page) == page


def test_stored_files_have_the_accuracy_of_the_runs(harness, plan):
    lines = harness("json_lines")
    trained = lines.latest(_stored(lines))
    accuracies = {plan.Run(*map(run.get, lines.RUN)): run["accuracy"] for run in trained}
    deployed = lines.read(HARNESS / "results" / "deployed.jsonl")
    assert deployed
    for found in deployed:
        wanted = accuracies[plan.Run(*map(found.get, lines.RUN))]
        assert found["images"] == 10_000
        assert set(found["accuracy"].values()) == {wanted}
        assert not any((*found["differing"].values(), *found["verified_differing"].values()))


def test_what_is_quoted_is_planned_first_with_five_seeds(plan):
    runs = plan.planned(HARNESS / "plan.json")
    first = [(run.data, run.variant, run.seed) for run in runs[:30]]
    assert sorted(first) == [
        (data, variant, seed)
        for data in ("cifar10_jpeg", "fashion_mnist")
        for variant in ("distilled", "float", "pikelpn")
        for seed in range(5)
    ]
    assert {run.epochs for run in runs[:30]} == {60}


def test_nothing_is_finished_before_there_is_a_file(plan, tmp_path):
    assert plan.finished(tmp_path / "out.jsonl") == set()


def test_table_of_a_file_that_is_not_there_is_refused(harness, tmp_path):
    with pytest.raises(FileNotFoundError, match="typo"):
        harness("table").main(["table.py", str(tmp_path / "typo.jsonl")])


def test_stored_runs_are_not_left(plan, tmp_path):
    done = plan.finished(HARNESS / "results" / "60_epochs.jsonl")
    stored = plan.Run("cifar10_jpeg", "pikelpn", 3, 60, 4e-3)
    assert stored in done
    assert stored not in plan.unfinished([stored], done, tmp_path)


def test_float_net_whose_weights_are_gone_is_trained_again_before_who_needs_it(plan, tmp_path):
    student = plan.Run("digits", "distilled", 0, 1, 4e-3)
    done = {student.teacher}
    assert plan.unfinished([student.teacher], done, tmp_path) == []
    assert plan.unfinished([student], done, tmp_path) == [student.teacher, student]
    student.teacher.weights(tmp_path).touch()
    assert plan.unfinished([student], done, tmp_path) == [student]


def test_lines_that_were_cut_off_spoil_no_others(harness, tmp_path, capsys):
    lines, path = harness("json_lines"), tmp_path / "out.jsonl"
    lines.append(path, {"seed": 0})
    with path.open("a") as file:
        file.write('{"seed": 1, "accu')
    lines.append(path, {"seed": 2})
    assert lines.read(path) == [{"seed": 0}, {"seed": 2}]
    assert path.read_text().splitlines()[2] == '{"seed": 2}'


def test_weights_appear_whole_or_not_at_all(harness, tmp_path):
    files = harness("weight_files")
    path = files.weights_path(tmp_path, "float", "digits", 0, 1, 4e-3)

    class Killed:
        def save_weights(self, path):
            path.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.save_weights(Killed(), path)
    assert not path.exists()


def test_threads_train_all_once_teachers_first(run_queue, harness, folder, monkeypatch):
    monkeypatch.setattr(run_queue, "PAUSE", 0.01)
    trainer = Trainer(folder, harness("json_lines").append)
    queue = queue_of(run_queue, folder)
    run_queue.share(queue, 2, 2, trainer)
    assert sorted(trainer.order) == [(v, s) for v in ("distilled", "float") for s in (0, 1)]
    for seed in (0, 1):
        assert trainer.order.index(("float", seed)) < trainer.order.index(("distilled", seed))
    assert queue.left() == queue_of(run_queue, folder).left() == []


def test_run_that_died_is_started_anew(run_queue, harness, folder):
    deaths = iter([True, True])
    trainer = Trainer(folder, harness("json_lines").append, lambda run: next(deaths, False))
    queue = queue_of(run_queue, folder)
    run_queue.share(queue, 1, 1, trainer)
    assert trainer.order[:3] == [("float", 0)] * 3
    assert queue.left() == []


def test_run_that_always_dies_is_given_up_with_those_that_need_it(run_queue, harness, folder):
    trainer = Trainer(folder, harness("json_lines").append, lambda run: run.seed == 0)
    queue = queue_of(run_queue, folder)
    run_queue.share(queue, 1, 3, trainer)
    assert trainer.order.count(("float", 0)) == run_queue.ATTEMPTS
    assert [(run.variant, run.seed) for run in queue.left()] == [("float", 0), ("distilled", 0)]


def test_no_run_begins_that_would_not_end_in_time(run_queue, folder):
    enough = run_queue.START_SECONDS + 10
    assert queue_of(run_queue, folder, seconds=enough, epoch_seconds=1.0).take() is not None
    assert queue_of(run_queue, folder, seconds=enough, epoch_seconds=11.0).take() is None
