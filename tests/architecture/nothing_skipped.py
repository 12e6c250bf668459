"""A pytest plugin for CI (GUESTLIST_CI=1): a test that was skipped proves nothing, so the run fails."""

import pytest

OUTCOMES = ("skipped", "xfailed", "xpassed")


def _left_out(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return [report for outcome in OUTCOMES for report in reporter.stats.get(outcome, [])] if reporter else []


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for report in _left_out(config):
        terminalreporter.write_line(f"skipped, which CI does not allow: {report.nodeid}")
