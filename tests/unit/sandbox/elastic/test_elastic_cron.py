"""The crontab expressions that Elasticsearch takes for a schedule."""

from __future__ import annotations

import pytest

from constructs_lib.sandbox.elastic.bodies import check_schedule


@pytest.mark.parametrize(
    "expression",
    [
        "0 0 0 * * ?",
        "1 0 0 * * ?",
        "0 0/15 * ? * MON-FRI",
        "0 5,35 8-17 ? JAN,jul 2-6",
        "0 0 0 L * ?",
        "0 0 0 LW * ?",
        "0 0 0 L-3 * ?",
        "0 0 0 15W * ?",
        "0 0 0 ? * 6L",
        "0 0 0 ? * FRI#2",
        "0 0 0 1 1 ? 2030-2040",
        "*/5 * * * * ?",
        "  0 0 0   * * ? ",
    ],
)
def test_expression_is_taken_as_it_is(expression: str) -> None:
    assert check_schedule(expression) == expression


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "never",
        "0 0 * * ?",
        "61 0 0 * * ?",
        "0 60 0 * * ?",
        "0 0 24 * * ?",
        "0 0 0 0 * ?",
        "0 0 0 32 * ?",
        "0 0 0 1 13 ?",
        "0 0 0 ? * 8",
        "0 0 0 ? * FRIDAY",
        "0 0 0 ? * FRI#6",
        "0 0 0 1 * 1",
        "0 0 0 ? * ?",
        "0 0 0 * * *",
        "? 0 0 * * ?",
        "0 L 0 * * ?",
        "0 0/0 0 * * ?",
        "0 0/ 0 * * ?",
        "0 1- 0 * * ?",
        "0 , 0 * * ?",
        "-1 0 0 * * ?",
        "0 0 0 1 1 ? 1969",
        "0 0 0 1 1 ? 2030 1",
        "٣ 0 0 * * ?",
    ],
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="invalid cron expression") as refused:
        check_schedule(expression)
    assert f"[{expression}]" in str(refused.value)
