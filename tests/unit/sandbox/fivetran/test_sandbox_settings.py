from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.sandbox import Fault, SandboxError, Settings, Store


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (["config.host"], "must map"),
        ({"config.host": "shout"}, "unknown distortion 'shout' of config.host; there are add,"),
        ({"config.host": ["lower"]}, "unknown distortion"),
        ({5: "lower"}, "5 is not the path"),
        ({"": "lower"}, "not the path of a field"),
        ({"config.": "lower"}, "not the path of a field"),
        ({"config.a b": "lower"}, "not the path of a field"),
        ({"config[]host": "lower"}, "not the path of a field"),
        ({"[]": "lower"}, "not the path of a field"),
        ({"sync_frequencies": "lower"}, "has the field sync_frequencies"),
        ({"confg.host": "add"}, "has the field confg"),
        ({"config.*": "add"}, "needs the name of a field"),
        ({"config.tables[]": "add_null"}, "needs the name of a field"),
    ],
)
def test_wrong_distortion_is_one_clear_error(value: Any, message: str) -> None:
    with Store(None) as store:
        with pytest.raises(SandboxError, match=message):
            store.configure(distortions=value)
        assert store.settings == Settings()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (["config.password"], "must map settings"),
        ({5: {"config.mode": "A"}}, "5 is not a setting"),
        ({"password": {"config.mode": "A"}}, "'password' is not a setting of config or auth"),
        ({"config.": {"config.mode": "A"}}, "not a setting"),
        (
            {"config.password": "PASSWORD"},
            "the condition of config.password must be an object such as",
        ),
        ({"config.password": {}}, "the condition of config.password must be an object"),
    ],
)
def test_a_wrong_condition_is_one_clear_error(value: Any, message: str) -> None:
    with Store(None) as store:
        with pytest.raises(SandboxError, match=message):
            store.configure(counts_with=value)
        assert store.settings == Settings()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"kind": "500"}, "must be a list"),
        ("500", "must be a list"),
        (["500"], "must have kind"),
        ([{"method": "GET"}], "must have kind"),
        ([{"kind": "500", "count": 1}], "may have method, path, nth"),
        ([{"kind": "501"}], "unknown fault '501'; the faults are 500,"),
        ([{"kind": 500}], "unknown fault 500"),
        ([{"kind": "500", "method": "get"}], "method"),
        ([{"kind": "500", "path": "v1"}], "path of a fault must begin"),
        ([{"kind": "500", "path": 1}], "path of a fault must begin"),
        ([{"kind": "500", "path": "^("}], "path of a fault is not a regular expression"),
        ([{"kind": "500", "nth": 0}], "nth"),
        ([{"kind": "500", "times": True}], "times"),
        ([{"kind": "delay", "seconds": -1}], "seconds"),
        (
            [{"kind": "sync_rescheduled", "until": "later"}],
            "until of a fault must be told or untold",
        ),
        ([{"kind": "delay", "seconds": 1e9}], "seconds"),
        ([{"kind": "429", "retry_after": True}], "retry_after"),
        ([{"kind": "429", "retry_after": "1\r\nX: y"}], "retry_after"),
    ],
)
def test_wrong_fault_is_one_clear_error(value: Any, message: str) -> None:
    with Store(None) as store:
        with pytest.raises(SandboxError, match=message):
            store.configure(faults=value)
        assert store.settings == Settings()


def test_settings_come_back_as_they_were_stored() -> None:
    settings = Settings().changed(
        distortions={"config.host": "lower", "config.*": "pad"},
        faults=[Fault("delay", seconds=2), {"kind": "429", "nth": 3, "retry_after": 9}],
    )
    again = Settings.from_json(settings.to_json())
    assert again == settings
    assert list(again.distortions) == ["config.host", "config.*"]
    assert again.faults[1] == Fault("429", nth=3, retry_after=9)
