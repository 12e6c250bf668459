"""What can be typed after `guestlist`. Each command names the function that does it, which is imported once Django is set up."""

import argparse
from typing import Any

Commands = Any  # what argparse answers to add_subparsers has no public name


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="guestlist",
        description="Guestlist, a self-hosted user center: invite people into communities and give them roles there.",
        epilog="Exit codes: 0 done, 1 refused, 2 wrong options or settings. `guestlist COMMAND --help` says more.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _processes(commands)
    _places(commands)
    _domains(commands)
    _accounts(commands)
    _people(commands)
    return parser


def _processes(commands: Commands) -> None:
    demo = _command(
        commands, "demo", "demo.demo", "try it: demo data in a temporary folder, web, worker and a mailbox", schema=False
    )
    _port(demo)
    up = _command(commands, "up", "serve.up", "migrate, then run web and worker and restart what dies", schema=False)
    _port(up)
    _host(up)
    web = _command(commands, "web", "serve.web", "run the web server alone")
    _port(web)
    _host(web)
    _command(commands, "worker", "serve.worker", "run the worker alone: mails and long lists of invitations")
    _command(commands, "migrate", "serve.migrate", "bring the tables of the database up to date", schema=False)
    _command(commands, "check", "check.check", "check the invariants over the live data; exit 1 and a table if one is broken")


def _places(commands: Commands) -> None:
    setup = _command(
        commands,
        "setup",
        "places.setup",
        "migrate, then make the first workspace and its Admin; exit 2 if there is one",
        schema=False,
    )
    setup.add_argument("--workspace", required=True, metavar="NAME", help='name of the workspace, such as "Acme"')
    _admin(setup)
    workspace = _group(commands, "workspace", "add, list or remove workspaces")
    add = _command(workspace, "add", "places.add", "make another workspace and its first Admin")
    add.add_argument("workspace", metavar="NAME", help='name of the workspace, such as "Acme"')
    add.add_argument("--slug", default="", help="short name in addresses (default: made from the name)")
    _admin(add)
    _command(workspace, "list", "places.show", "list the workspaces")
    remove = _command(
        workspace, "remove", "places.remove", "delete a workspace with its communities, memberships and invitations"
    )
    remove.add_argument("workspace", metavar="SLUG", help="short name of the workspace")
    _yes(remove)


def _domains(commands: Commands) -> None:
    domain = _group(commands, "domain", "list the domains of workspaces, or confirm one without the DNS")
    show = _command(domain, "list", "domains.show", "list the domains that workspaces claimed, and whether they are proved")
    show.add_argument("--workspace", default="", metavar="SLUG", help="of this workspace alone")
    confirm = _command(
        domain,
        "confirm",
        "domains.confirm",
        "say that a domain is the workspace's, where the DNS cannot be asked; it holds until removed",
    )
    _workspace(confirm)
    confirm.add_argument("domain", metavar="DOMAIN", help="such as example.com")


def _accounts(commands: Commands) -> None:
    user = _group(commands, "user", "disable, enable or erase the account of a user, or reset its second factor")
    for name, does in (
        ("disable", "end the sessions of an account and refuse its sign-in; its memberships carry nothing"),
        ("enable", "undo `disable`"),
        (
            "reset-mfa",
            "remove authenticator app, recovery codes and passkeys of an account and end its sessions; mails the holder",
        ),
        ("erase", "blank name and addresses of an account and end its memberships; this cannot be undone"),
    ):
        command = _command(user, name, f"accounts.{name.replace('-', '_')}", does)
        command.add_argument("email", metavar="EMAIL", help="a verified address of the account")
        if name != "enable":
            _yes(command)
    key = _group(commands, "api-key", "make API keys")
    create = _command(key, "create", "keys.create", "make an API key and print it, once, alone on the standard output")
    _workspace(create)
    create.add_argument("--name", required=True, help="what the key is for, such as ci")
    create.add_argument("--role", required=True, action="append", metavar="ROLE", help="role of the key; may be repeated")
    create.add_argument("--community", default="main", metavar="SLUG", help="where the key holds its roles (default: main)")


def _people(commands: Commands) -> None:
    invite = _command(
        commands, "invite", "people.invite", "invite people into communities; exit 1 if any of them was refused or is invalid"
    )
    _workspace(invite)
    invite.add_argument(
        "--grant", action="append", default=[], metavar="COMMUNITY=ROLE[,ROLE]", help="alder=Analyst,Guest; may be repeated"
    )
    who = invite.add_mutually_exclusive_group(required=True)
    who.add_argument("emails", nargs="*", default=[], metavar="EMAIL", help="address, or `Name <address>`")
    who.add_argument(
        "--csv",
        metavar="FILE",
        help="a table with a column email, and if wanted name, language, and community and roles (several separated by | or ,) "
        "instead of --grant; - for the standard input",
    )
    invite.add_argument("--dry-run", action="store_true", help="show the outcomes and change nothing")
    invite.add_argument("--json", action="store_true", help="print the outcomes as the API answers them")
    why = _command(commands, "why", "people.why", "may this user do that there, and which roles decide it; exit 1 for a no")
    why.add_argument("email", metavar="EMAIL", help="a verified address of the account")
    why.add_argument("permission", metavar="PERMISSION", help="such as members:invite")
    _workspace(why)
    why.add_argument("--community", default="main", metavar="SLUG", help="where (default: main)")
    what_if = _command(
        commands, "what-if", "people.what_if", "what a member would gain and lose with other roles there; changes nothing"
    )
    what_if.add_argument("email", metavar="EMAIL", help="a verified address of the account")
    what_if.add_argument("roles", metavar="ROLE[,ROLE]", help="the roles they would hold, such as Analyst,Guest")
    _workspace(what_if)
    what_if.add_argument("--community", default="main", metavar="SLUG", help="where (default: main)")


def _command(commands: Commands, name: str, run: str, help: str, *, schema: bool = True) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    parser.set_defaults(run=run, needs_schema=schema)
    return parser


def _group(commands: Commands, name: str, help: str) -> Commands:
    parser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    return parser.add_subparsers(dest="act", metavar="COMMAND", required=True)


def _port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")


def _host(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1; 0.0.0.0 in a container)")


def _workspace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workspace", required=True, metavar="SLUG", help="short name of the workspace")


def _admin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--email", required=True, metavar="EMAIL", help="address of the first Admin; an account of it is kept as it is"
    )
    parser.add_argument("--name", default="", help="name of the first Admin (default: made from the address)")
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from the standard input instead of asking"
    )


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do it without asking")
