import argparse
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

from guestlist.cli.parser import build_parser
from tests.cli.conftest import Done

Named = tuple[str, argparse.ArgumentParser]


def parsers(parser: argparse.ArgumentParser) -> Iterator[Named]:
    yield parser.prog, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from parsers(each)


PARSERS = dict(parsers(build_parser()))


@pytest.mark.parametrize("name", PARSERS)
def test_every_command_and_option_says_what_it_is(name: str):
    parser = PARSERS[name]
    options = [each for each in parser._actions if not isinstance(each, argparse._SubParsersAction)]

    assert parser.description
    assert all(each.help for each in options), options
    assert parser.format_help().startswith("usage: guestlist")


@pytest.mark.parametrize("name", [name for name, parser in PARSERS.items() if parser.get_default("run")])
def test_every_command_names_a_function_that_exists(name: str):
    module, _, function = PARSERS[name].get_default("run").partition(".")

    assert callable(getattr(import_module(f"guestlist.cli.{module}"), function))


def test_commands_are_those_of_the_contract():
    assert {name.removeprefix("guestlist ") for name, parser in PARSERS.items() if parser.get_default("run")} == {
        *("demo", "setup", "migrate", "up", "web", "worker", "check", "invite", "api-key create"),
        *(
            "workspace add",
            "workspace list",
            "workspace remove",
            "domain list",
            "domain confirm",
            "user disable",
            "user enable",
            "user reset-mfa",
            "user erase",
            "why",
            "what-if",
        ),
    }


def test_unknown_command_exits_2(guestlist: Callable[..., Done]):
    done = guestlist("fly")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("usage: guestlist")
