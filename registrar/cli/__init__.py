"""The command line: each verb is one question to the library, or one command that records.

Only click is imported at the start. A verb is imported when it is called, and imports what it needs inside its
function, so that ``--help`` and a slip of the finger are answered at once.

To add a verb: write it in a module of this package (``acts.py``, ``charts.py``), and name it in ``VERBS`` below, on
one line, with where it is and its short help. Its decorators come from ``registrar.cli.options``:

    @click.command(epilog=EXAMPLE)
    @asking()                                   # -f, --in, --known-at, -o, -O, --table, --json
    @as_of_option
    def holders(asked: Asking, as_of: str | None) -> None:
        \"\"\"Show the holders of record.\"\"\"
        with asked.opened() as ledger:
            from projections.holders import holders as listed

            answer = listed(ledger, as_of=asked.as_of(ledger, as_of), known_at=asked.known(ledger))
            asked.answer(lambda: views.holders(ledger, answer))

A verb that records a file takes ``@recording()`` and calls ``registrar.cli.records.record_events``; one that
records an act is made as ``registrar.cli.acts`` says. An argument that names something in the record is completed
by ``registrar.cli.completion``. Each verb has its heading in ``docs/reference/command-line.md``.

Status: 0 answered, 1 ``check`` found something, 2 input not understood, 3 against a rule, 4 conflict or outcome
unknown, 5 store damaged or not available. What went wrong is one line on standard error for each problem.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from typing import Any, Final

import click

VERBS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "Files": {
        "init": ("registrar.cli.records:init", "Make an empty ledger in a file."),
        "record": ("registrar.cli.records:record", "Record facts from JSON Lines, as one command."),
        "load": ("registrar.cli.loading:load", "Record a long history from JSON Lines, part by part."),
        "import": ("registrar.cli.imports:import_register", "Take over a register from Excel or CSV."),
        "import-xbrl": ("registrar.cli.filings:import_xbrl", "Take over figures of a filing as claims."),
        "template": ("registrar.cli.imports:template", "Write an empty form of a register to fill in."),
        "backup": ("registrar.cli.backups:backup", "Copy a ledger whole, while others write to it."),
        "restore": ("registrar.cli.backups:restore", "Make a ledger of a backup."),
        "export-register": ("registrar.cli.imports:export_register", "Write the register as import reads it."),
    },
    "Company": {
        "register": ("registrar.cli.acts.company:register", "The company, which opens its ledger."),
        "class": ("registrar.cli.acts.company:designate", "A class of stock is created."),
        "authorize": ("registrar.cli.acts.company:authorize", "The charter sets the number authorized."),
        "reserve": ("registrar.cli.acts.company:reserve", "Shares are kept back for a purpose."),
        "release": ("registrar.cli.acts.company:release", "Reserved shares are free again."),
        "split": ("registrar.cli.acts.company:split", "A split, with the terms that follow from it."),
        "settle": ("registrar.cli.acts.company:settle", "What was done with a fraction after a split."),
    },
    "Rights of a class": {
        "prefer": ("registrar.cli.acts.rights:prefer", "What a class is paid first at an exit."),
        "entitle": ("registrar.cli.acts.rights:entitle", "Dividends that a class is entitled to."),
        "redeemable": ("registrar.cli.acts.rights:redeemable", "At whose option a class is redeemed."),
        "mandate": ("registrar.cli.acts.rights:mandate", "When every share of a class converts."),
        "convert-all": ("registrar.cli.acts.rights:convert_all", "Every share of a class is converted."),
    },
    "Holders": {
        "holder": ("registrar.cli.acts.parties:holder", "Somebody becomes known to the register."),
        "rename": ("registrar.cli.acts.parties:rename", "A holder has another name."),
        "merge": ("registrar.cli.acts.parties:merge", "Two holders are found to be one."),
        "erase": ("registrar.cli.acts.parties:erase", "Personal data of somebody is erased."),
    },
    "Shares": {
        "issue": ("registrar.cli.acts.shares:issue", "Shares are issued."),
        "transfer": ("registrar.cli.acts.shares:transfer", "Shares pass from holder to holder."),
        "convert": ("registrar.cli.acts.shares:convert", "Shares are converted, by the terms."),
        "cancel": ("registrar.cli.acts.shares:cancel", "Shares are cancelled for nothing."),
        "repurchase": ("registrar.cli.acts.shares:repurchase", "The company buys shares into treasury."),
        "redeem": ("registrar.cli.acts.shares:redeem", "The company redeems shares by their terms."),
    },
    "Dividends": {
        "declare": ("registrar.cli.acts.dividends:declare", "The board declares a dividend."),
        "pay-dividend": ("registrar.cli.acts.dividends:pay_dividend", "A declared dividend is paid to holders."),
        "distribute": ("registrar.cli.acts.dividends:distribute", "One holder receives a dividend."),
        "stock-dividend": ("registrar.cli.acts.dividends:stock_dividend", "All receive more shares of a class."),
    },
    "Awards": {
        "adopt-plan": ("registrar.cli.acts.awards:adopt_plan", "A plan is adopted, with its pool."),
        "change-pool": ("registrar.cli.acts.awards:change_pool", "The pool of a plan grows or falls."),
        "grant": ("registrar.cli.acts.awards:grant", "An option, units or stock are granted."),
        "meet": ("registrar.cli.acts.awards:meet", "A condition that awards wait for is met."),
        "accelerate": ("registrar.cli.acts.awards:accelerate", "Shares vest sooner."),
        "exercise-option": ("registrar.cli.acts.awards:exercise_option", "An option is exercised, by its terms."),
        "release-units": ("registrar.cli.acts.awards:release_units", "Vested units are settled in shares."),
        "end-award": ("registrar.cli.acts.awards:end_award", "An award is forfeited, or expires."),
        "take-back": ("registrar.cli.acts.awards:take_back", "The company takes back unvested shares."),
        "elect": ("registrar.cli.acts.awards:elect", "An election under section 83(b) is filed."),
    },
    "Agreements": {
        "sign": ("registrar.cli.acts.agreements:sign", "An investor promises money, in tranches."),
        "amend": ("registrar.cli.acts.agreements:amend", "The parties change an agreement."),
        "satisfy": ("registrar.cli.acts.agreements:satisfy", "A condition of a tranche is met."),
        "waive": ("registrar.cli.acts.agreements:waive", "A condition of a tranche is given up."),
        "close": ("registrar.cli.acts.agreements:close", "A tranche is paid, and its shares issued."),
        "reduce": ("registrar.cli.acts.agreements:reduce", "The promise becomes smaller."),
        "lapse": ("registrar.cli.acts.agreements:lapse", "A part of the promise ends undrawn."),
        "exercise": ("registrar.cli.acts.agreements:exercise", "Shares are redeemed after a missed tranche."),
        "terminate": ("registrar.cli.acts.agreements:terminate", "An agreement ends."),
    },
    "Debt": {
        "lend": ("registrar.cli.acts.debt:lend", "The company owes money under a note."),
        "amend-note": ("registrar.cli.acts.debt:amend_note", "A note promises something else."),
        "convert-note": ("registrar.cli.acts.debt:convert_note", "A note becomes shares, by its terms."),
        "repay": ("registrar.cli.acts.debt:repay", "Principal or interest of a note is paid."),
        "add-interest": ("registrar.cli.acts.debt:add_interest", "Interest of a note becomes principal."),
        "assign": ("registrar.cli.acts.debt:assign", "A note or a SAFE passes to another holder."),
        "exchange": ("registrar.cli.acts.debt:exchange", "Notes and shares are given up for others."),
        "forgive": ("registrar.cli.acts.debt:forgive", "A note or a SAFE ends for nothing."),
        "default": ("registrar.cli.acts.debt:default", "Notes are in default."),
        "cure": ("registrar.cli.acts.debt:cure", "A default is made good or waived."),
        "lien": ("registrar.cli.acts.debt:lien", "A creditor gets a security interest."),
        "release-lien": ("registrar.cli.acts.debt:release_lien", "A security interest ends."),
        "quote": ("registrar.cli.acts.debt:quote", "A share is quoted at a price."),
        "report-outstanding": ("registrar.cli.acts.debt:report_outstanding", "A reported count of shares."),
    },
    "SAFEs": {
        "safe": ("registrar.cli.acts.safes:safe", "An investor pays for a SAFE."),
        "amend-safe": ("registrar.cli.acts.safes:amend_safe", "The terms of a SAFE change."),
    },
    "Warrants": {
        "warrant": ("registrar.cli.acts.warrants:warrant", "A right to buy shares is issued."),
        "exercise-warrant": ("registrar.cli.acts.warrants:exercise_warrant", "Shares are bought under a warrant."),
        "transfer-warrant": ("registrar.cli.acts.warrants:transfer_warrant", "A warrant passes to another holder."),
        "amend-warrant": ("registrar.cli.acts.warrants:amend_warrant", "A warrant has other terms."),
        "expire-warrant": ("registrar.cli.acts.warrants:expire_warrant", "What is left of a warrant ends."),
        "cancel-warrant": ("registrar.cli.acts.warrants:cancel_warrant", "A warrant ends before its time."),
        "adjust": ("registrar.cli.acts.warrants:adjust", "A price of a paper changes."),
        "adjust-conversion": ("registrar.cli.acts.warrants:adjust_conversion", "A conversion price changes."),
        "protect": ("registrar.cli.acts.warrants:protect", "A conversion price is protected."),
        "adjust-after": ("registrar.cli.acts.warrants:adjust_after", "What the papers call for after an issue."),
    },
    "Restrictions": {
        "restrict": ("registrar.cli.acts.restrictions:restrict", "A legend, stop, lock-up or pledge is placed."),
        "lift": ("registrar.cli.acts.restrictions:lift", "A restriction ends."),
        "limit-ownership": ("registrar.cli.acts.restrictions:limit_ownership", "A blocker is agreed."),
        "change-limit": ("registrar.cli.acts.restrictions:change_limit", "A blocker is raised or lowered."),
        "waive-limit": ("registrar.cli.acts.restrictions:waive_limit", "A blocker is given up."),
        "cap-issues": ("registrar.cli.acts.restrictions:cap_issues", "An exchange cap is agreed."),
        "lift-cap": ("registrar.cli.acts.restrictions:lift_cap", "Stockholders approve beyond a cap."),
        "group": ("registrar.cli.acts.restrictions:group", "Holders agree to act together."),
        "dissolve": ("registrar.cli.acts.restrictions:dissolve", "They no longer do."),
        "nominee": ("registrar.cli.acts.restrictions:nominee", "Shares in a name belong to another."),
    },
    "Company affairs": {
        "rename-company": ("registrar.cli.acts.affairs:rename_company", "The company has another name."),
        "list": ("registrar.cli.acts.affairs:list_", "Shares trade elsewhere, or under a new symbol."),
        "propose": ("registrar.cli.acts.affairs:propose", "A change of the charter is proposed."),
        "vote": ("registrar.cli.acts.affairs:vote", "Stockholders vote on a proposal."),
        "hold-proceeds": ("registrar.cli.acts.affairs:hold_proceeds", "Money goes into a control account."),
        "release-proceeds": ("registrar.cli.acts.affairs:release_proceeds", "Money leaves a control account."),
        "report-holding": ("registrar.cli.acts.affairs:report_holding", "A filing says what a holder has."),
        "subscribe": ("registrar.cli.acts.affairs:subscribe", "Holders agree to take shares."),
    },
    "Claims": {
        "disclose": ("registrar.cli.acts.claims:disclose", "Somebody disclosed a figure."),
        "withdraw": ("registrar.cli.acts.claims:withdraw", "A figure is no longer upheld."),
        "holder-list": ("registrar.cli.acts.claims:holder_list", "A list of holders came in, as a CSV file."),
    },
    "Corrections": {
        "void": ("registrar.cli.acts.corrections:void", "Take entries out of history."),
        "restate": ("registrar.cli.acts.corrections:restate", "Say what an entry should have said."),
    },
    "Answers": {
        "show": ("registrar.cli.answers:show", "Cap table at the close of a day."),
        "commitments": ("registrar.cli.answers:commitments", "What investors promised, and what became of it."),
        "statement": ("registrar.cli.registers:statement", "The account of a holder, movement by movement."),
        "holders": ("registrar.cli.registers:holders", "Holders of record on a day, with votes."),
        "holdings": ("registrar.cli.registers:holdings", "Who holds what on a day, and no more; quick."),
        "holdings-over-time": ("registrar.cli.registers:holdings_over_time", "Who held what on many days."),
        "awards": ("registrar.cli.registers:awards", "Awards: granted, vested, exercised, left to grant."),
        "certificates": ("registrar.cli.registers:certificates", "Certificates, and what became of each."),
        "warrants": ("registrar.cli.warrants:warrants", "Warrants outstanding, with price and last day."),
        "notes": ("registrar.cli.debt:notes", "Notes and SAFEs: owed, accrued, due, price."),
        "adjustments": ("registrar.cli.warrants:adjustments", "What an issue does to protected prices."),
        "control": ("registrar.cli.comparisons:control", "Control book: what was issued, on what authority."),
        "fully-diluted": ("registrar.cli.dilution:fully_diluted", "Shares by each definition of fully diluted."),
        "weighted-average": ("registrar.cli.dilution:weighted_average", "Shares of a period, basic and diluted."),
        "dividends": ("registrar.cli.registers:dividends", "Dividends declared, accrued, paid and unpaid."),
        "beneficial": ("registrar.cli.ownership:beneficial", "Who owns a class beneficially, groups included."),
        "crossings": ("registrar.cli.ownership:crossings", "When somebody passed 5 %, 10 % or 20 % of a class."),
        "capacity": ("registrar.cli.ownership:capacity", "How much may be converted, and what stops it."),
        "restrictions": ("registrar.cli.ownership:restrictions", "Lock-ups, stops, pledges, blockers, caps."),
        "rollforward": ("registrar.cli.answers:rollforward", "A figure from one day to another."),
        "explain": ("registrar.cli.answers:explain", "The entries behind a figure, with the arithmetic."),
        "log": ("registrar.cli.answers:log", "Audit trail: what was recorded, by whom and when."),
        "diff": ("registrar.cli.comparisons:diff", "What changed between two days, or in what is known."),
        "what-if": ("registrar.cli.comparisons:what_if", "What would be otherwise, if; nothing is recorded."),
        "pro-forma": ("registrar.cli.rounds:pro_forma", "A priced round on top of a day; nothing is recorded."),
        "waterfall": ("registrar.cli.exits:waterfall", "Who would be paid what if the company were sold."),
        "company": ("registrar.cli.registers:company", "Its name, market, meetings, restricted proceeds."),
        "open-points": ("registrar.cli.registers:open_points", "What the record leaves open."),
        "check": ("registrar.cli.answers:check", "What does not fit in the record."),
        "claims": ("registrar.cli.claims:claims", "What was disclosed, held against the record."),
        "reconcile": ("registrar.cli.claims:reconcile", "Lists of holders, held against the register."),
        "query": ("registrar.cli.query:query", "What a statement of SQL answers, over tables of the record."),
        "chart": ("registrar.cli.charts:chart", "A picture, as SVG, PNG or a Vega-Lite spec."),
    },
    "Evidence": {
        "verify": ("registrar.cli.verification:verify", "Read all bytes: are they what was recorded?"),
        "key": ("registrar.cli.evidence:key", "Make a signing key, or show its public half."),
        "checkpoint": ("registrar.cli.evidence:checkpoint", "Sign what the record is now."),
        "prove": ("registrar.cli.evidence:prove", "Prove an entry, or that the record only grew."),
        "check-proof": ("registrar.cli.evidence:check_proof", "Check a proof or a checkpoint, without a ledger."),
        "witness": ("registrar.cli.evidence:witness", "Sign a checkpoint that continues the last one."),
        "stamp": ("registrar.cli.evidence:stamp", "Have a checkpoint stamped with a time."),
    },
    "Learn": {
        "demo": ("registrar.cli.story:demo", "A real case, recorded and asked step by step."),
        "completion": ("registrar.cli.completion:completion", "A script that completes verbs and names."),
    },
}
"""Each verb under its heading: where its function is, and what ``captable --help`` says of it."""

INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
"""The status of a programme that the closed pipe itself ends, as of others in the same pipeline."""
FOUND: Final = 1
"""The status of ``check`` where something does not fit."""
USAGE: Final = 2
_EXTRA: Final = "unexpected extra argument"


class Verbs(click.Group):
    """The verbs; whatever goes wrong in one ends as one line and a status, never as a traceback."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line, and end the process with the status unless ``standalone_mode`` is off."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # a terminal of another encoding gets escapes, not an error
                stream.reconfigure(errors="backslashreplace")
        status = self._status(args, prog_name, complete_var, **extra)
        if not standalone_mode:
            return status
        sys.exit(status)

    def _status(self, args: Any, prog_name: Any, complete_var: Any, **extra: Any) -> int:
        try:
            with _errors_told():
                # The name stays the same whatever started it: the program, `python -m registrar` or `./run`.
                status = super().main(args, self.name or prog_name, complete_var, standalone_mode=False, **extra)
                return status if isinstance(status, int) else 0
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help())
            return 0
        except click.ClickException as error:
            tell(_usage_line(error))
            return USAGE
        except click.Abort:
            return INTERRUPTED
        except _Told as told:
            try:
                sys.stdout.flush()
            except OSError:
                _print_no_more()
            return told.status

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb, and see that all it printed has left the process."""
        from registrar.cli.watching import watching

        try:
            with watching(ctx, ctx.params.get("log"), ctx.params.get("metrics")) as ended:
                result = super().invoke(ctx)
                sys.stdout.flush()
                ended(result)
        except BrokenPipeError:
            _print_no_more()  # whoever read has seen enough
            ctx.exit(PIPE_CLOSED)
        return result

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order in which somebody meets them."""
        return [name for verbs in VERBS.values() for name in verbs]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb and return it."""
        for verbs in VERBS.values():
            if cmd_name in verbs:
                module, _, function = verbs[cmd_name][0].partition(":")
                verb: click.Command = getattr(import_module(module), function)
                return verb
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs under their headings; none of them is imported for it."""
        for heading, verbs in VERBS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, short_help) for name, (_, short_help) in verbs.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; a mistyped one is answered with the nearest."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            near = _near(args[0])
            known = f"did you mean {near}?" if near else "captable --help lists them"
            raise click.UsageError(f"there is no verb {args[0][:60]!a} ({known})")
        return super().resolve_command(ctx, args)


def _near(typed: str) -> str | None:
    """Return the verbs that a word may stand for: written almost so, or having the word in what they do."""
    from difflib import get_close_matches  # only a mistake needs it

    def words(text: str) -> str:
        return f" {' '.join(text.lower().replace('-', ' ').translate(_NO_STOPS).split())} "

    verbs = {name: told for group in VERBS.values() for name, (_, told) in group.items()}
    near = get_close_matches(typed, verbs, n=1, cutoff=0.78)
    about = [name for name, told in verbs.items() if words(typed) in words(name) + words(told)]
    return " or ".join(near or about[:3] or get_close_matches(typed, verbs, n=1)) or None


_NO_STOPS: Final = str.maketrans("", "", ".,:")


class _Told(Exception):
    """The user has been told what went wrong."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@contextmanager
def _errors_told() -> Iterator[None]:
    """Turn what is raised on purpose into lines on standard error and a status."""
    try:
        yield
    except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
        raise
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        tell(f"error: E_FILE: {place}{error.strerror or error} (look at the file and its folder)")
        raise _Told(5) from None
    except Exception as error:
        # Imported here: a verb that came so far has the errors already, and `--help` does without.
        from ledger.errors import LedgerError

        if not isinstance(error, LedgerError):
            raise
        lines = getattr(error, "lines", None)
        for line in lines() if lines is not None else [error.line()]:
            tell(line)
        raise _Told(error.EXIT) from None


def _usage_line(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    if _EXTRA in text and context is not None and any(each.name == "file" for each in context.command.params):
        what, _, names = text.partition(" (")
        return f"error: E_USAGE: {what} {names.rstrip(')')} (name the ledger with -f FILE)"
    hint = f" ({context.command_path} --help shows how)" if context is not None and not text.endswith(")") else ""
    return f"error: E_USAGE: {text}{hint}"


def _print_no_more() -> None:
    """Let go of what cannot be written: Python would try it again at the end, and fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(line: str) -> None:
    """Print one line on standard error, with nothing in it that a terminal obeys."""
    from registrar.cli.waiting import quiet
    from registrar.text import safe

    quiet()
    click.echo(safe(line), err=True)


def say(text: str) -> None:
    """Print one line on standard output, with nothing in it that a terminal obeys."""
    from registrar.cli.waiting import quiet
    from registrar.text import safe

    quiet()
    click.echo(safe(text))


@click.group(
    "captable",
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Example:
  captable init acme.db
  captable record acme.db events.jsonl
  captable show -f acme.db --as-of 2017-06-20

Name the ledger once: export CAPTABLE_FILE=acme.db""",
)
@click.version_option(package_name="captable-ledger", prog_name="captable", message="%(prog)s %(version)s")
@click.option(
    "--log", metavar="FILE|-", envvar="CAPTABLE_LOG", help="Write log lines there, as JSON [CAPTABLE_LOG]."
)
@click.option(
    "--metrics",
    metavar="FILE",
    envvar="CAPTABLE_METRICS",
    help="Count into this file, as Prometheus reads it [CAPTABLE_METRICS].",
)
def main(log: str | None, metrics: str | None) -> None:
    """A shareholder ledger: who owned which shares of a company, and what investors promised it, at any date."""
