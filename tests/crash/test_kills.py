"""A few kills in every test run; many more with ``make crash``."""

import pytest

from crash.harness import Campaign, run


@pytest.mark.timeout(480)
@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_acknowledged_is_lost_when_the_server_is_killed_under_load(tmp_path, workers):
    report = run(Campaign(kills=3, seed=20261121, workers=workers, smtp_clients=4, http_clients=2), tmp_path)
    print(report)  # noqa: T201 - pytest shows the figures with -s and on failure
    assert report.kills == 3
    assert report.comparison.acknowledged > 0
    assert not report.comparison.lost
    assert not report.comparison.torn
    assert not report.comparison.unexcused
