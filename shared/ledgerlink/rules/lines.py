"""Lines of documents in the ledger's terms: prices, discounts, tax and texts, to the cent (rules D5, D5a, D6, D14).

Every line is translated for itself; what is wrong with it is gathered, so that all problems are told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ledgerlink.kinds.amounts import MOST, half_up
from ledgerlink.kinds.money_documents import Line, MoneyDocument, TaxMode, Tracking
from ledgerlink.kinds.product import PRICE_PLACES, Product, Trade
from ledgerlink.state.mapping import MappingKind, Side
from ledgerlink.state.reference import Account, TaxRate

from . import mapping
from .decisions import Problem
from .facts import Facts

MOST_QUANTITY = Decimal(10) ** 9  # thirteen digits, four of them decimals (facts/xero.md §4.2)
MOST_TRACKING = 2
DISCOUNT_PLACES = 2  # how exactly the ledger takes a percentage is not documented: two places are what it shows
ROUNDING = "Rounding"
ONE, ZERO, HUNDRED = Decimal(1), Decimal(0), Decimal(100)


@dataclass(frozen=True)
class Terms:
    """What one kind of document allows and means by its lines."""

    side: Side
    discounts: bool = False  # the ledger takes a percentage; elsewhere the net price is sent


@dataclass(frozen=True)
class Said:
    """The lines as the ledger is to have them, what they come to, and everything that is wrong with them."""

    lines: tuple[Line, ...]
    net: Decimal = ZERO
    tax: Decimal = ZERO
    problems: tuple[Problem, ...] = ()
    adrift: Decimal = ZERO  # what the lines should come to beyond that: a quantity of stock stays, whatever its price

    def total(self, mode: TaxMode) -> Decimal:
        return self.net if mode == "inclusive" else self.net + self.tax


def amount_of(line: Line) -> Decimal:
    """What the ledger makes of quantity, price and percentage (``facts/xero.md §7``)."""
    full = (line.quantity or ZERO) * (line.unit_price or ZERO)
    return half_up(full * (HUNDRED - (line.discount_percent or ZERO)) / HUNDRED)


def tax_of(amount: Decimal, rate: Decimal, mode: TaxMode) -> Decimal:
    """The tax on or in a line, half up."""
    if mode == "none" or not rate:
        return ZERO
    return half_up(amount * rate / (HUNDRED + rate if mode == "inclusive" else HUNDRED))


def said(content: MoneyDocument, terms: Terms, facts: Facts) -> Said:
    """The document's lines in the ledger's terms. ``product_id`` is the item's code there, ``tracking`` by name."""
    found = [_Translated(content, line, index, terms, facts) for index, line in enumerate(content.lines)]
    for each in found:
        each.translate()
    problems = [problem for each in found for problem in each.problems]
    if not content.lines:
        problems.append(Problem("lines_missing", "lines", "there are none"))
    lines = tuple(each.line for each in found)
    net = sum((each.amount for each in found), ZERO)
    tax = sum((each.tax for each in found), ZERO)
    return Said(lines, net, tax, tuple(problems), sum((each.adrift for each in found), ZERO))


@dataclass
class _Translated:
    """One line under way."""

    content: MoneyDocument
    ours: Line
    index: int
    terms: Terms
    facts: Facts
    problems: list[Problem] = field(default_factory=list)
    line: Line = field(default_factory=Line)
    amount: Decimal = ZERO
    tax: Decimal = ZERO
    adrift: Decimal = ZERO

    def wrong(self, code: str, part: str, told: str) -> None:
        self.problems.append(Problem(code, f"lines.{self.index + 1}.{part}", told))

    def translate(self) -> None:
        ours, product = self.ours, self._product()
        text = self._text(product)
        price, quantity = self._price(product), ours.quantity
        if quantity is None and price is None and not ours.product_id and not ours.account_code:
            self.line = Line(id=ours.id, description=text)
            if not text:
                self.wrong("line_empty", "description", "the line says nothing")
            return
        if price is None:
            self.wrong("price_missing", "unit_price", "is needed")
        if not text:
            self.wrong("description_missing", "description", "is needed")
        self.line = Line(
            id=ours.id,
            product_id=self._item_code(product) if product is not None else "",
            description=text,
            tracking=tuple(self._tracking()),
            **self._priced(ONE if quantity is None else quantity, price or ZERO, product),
        )
        self.amount = amount_of(self.line)
        account, rate = self._account(product), self._rate(product)
        self._taxed(account, rate)

    # -------------------------------------------------------------- product, text

    def _product(self) -> Product | None:
        if not self.ours.product_id:
            return None
        record = self.facts.record("products", self.ours.product_id)
        if record is None or record.deleted:
            self.wrong("product_unknown", "product_id", f"there is no product {self.ours.product_id!r}")
            return None
        assert isinstance(record.content, Product)
        return record.content

    def _item_code(self, product: Product) -> str:
        """What its item is called in the ledger, which may have refused another code, or not know of it yet."""
        there = self._item()
        return there.code if there is not None else product.code

    def _item(self) -> Product | None:
        """The product as the ledger has it, if it does."""
        link = self.facts.link("products", self.ours.product_id)
        there = (link.seen or link.base) if link is not None and link.document_id else None
        return there if isinstance(there, Product) else None

    def _moves_stock(self, product: Product | None) -> bool:
        """Whether the line's quantity is one of stock in the ledger: it must be what it is."""
        if product is None:
            return False
        return any(each is not None and each.inventory_account_code for each in (product, self._item()))

    def _text(self, product: Product | None) -> str:
        name = " ".join((product.name or product.code).split()) if product is not None else ""
        own = self.ours.description.strip()
        if not self.facts.settings.sync_item_descriptions:
            return name or own
        return "\n".join(part for part in (name, own if own != name else "") if part)

    def _trade(self, product: Product | None) -> Trade:
        if product is None:
            return Trade()
        return product.sale if self.terms.side == "sales" else product.purchase

    # -------------------------------------------------------------- amounts

    def _price(self, product: Product | None) -> Decimal | None:
        return self.ours.unit_price if self.ours.unit_price is not None else self._trade(product).price

    def _priced(self, quantity: Decimal, price: Decimal, product: Product | None) -> dict[str, Decimal | None]:
        """Quantity, price and percentage that come to the line's net amount to the cent; of stock, to its quantity."""
        stock = self._moves_stock(product)
        if quantity < ZERO:  # the ledger may refuse it; a negative price says the same
            if stock:
                self.wrong("stock_goes_back", "quantity", f"{quantity:f} would move the ledger's stock the wrong way")
            quantity, price = -quantity, -price
        net = self._net(quantity, price)  # of what was pushed: rounded to four places it may come to another amount
        price, quantity = half_up(price, PRICE_PLACES), half_up(quantity, 4)
        if quantity >= MOST_QUANTITY:
            self.wrong("amount_too_large", "quantity", f"{quantity:f} is more than the ledger holds")
        if abs(net) > MOST or abs(price) > MOST:
            self.wrong("amount_too_large", "unit_price", f"the line comes to more than {MOST:f}")
            return {"quantity": quantity, "unit_price": price}
        if net == half_up(quantity * price):
            return {"quantity": quantity, "unit_price": price}
        if (exact := self._discounted(quantity, price, net)) is not None:
            return exact
        if not stock or not quantity:
            return {"quantity": ONE, "unit_price": net}  # one of the net amount always multiplies (facts/xero.md §7)
        each = half_up(net / quantity, PRICE_PLACES)
        self.adrift = net - half_up(quantity * each)
        return {"quantity": quantity, "unit_price": each}

    def _net(self, quantity: Decimal, price: Decimal) -> Decimal:
        percent, off = self.ours.discount_percent or ZERO, self.ours.discount_amount or ZERO
        full = quantity * price
        if percent and off:
            self.wrong("discount_not_allowed", "discount_amount", "give a percentage or an amount, not both")
        if not ZERO <= percent <= HUNDRED:
            self.wrong("discount_not_allowed", "discount_percent", f"{percent:f} is not between 0 and 100")
            return half_up(full)
        if off and not ZERO < off <= abs(full):
            self.wrong("discount_not_allowed", "discount_amount", f"{off:f} is not between 0 and the line's amount")
            return half_up(full)
        if off and off != half_up(off):
            self.wrong("too_many_decimals", "discount_amount", f"{off:f} has more than two decimals")
        if off and not percent:  # towards zero, as its percentage goes: what is taken back mirrors what was sold
            return half_up(full - off.copy_sign(full))
        return half_up(full * (HUNDRED - percent) / HUNDRED)

    def _discounted(self, quantity: Decimal, price: Decimal, net: Decimal) -> dict[str, Decimal | None] | None:
        """The full price and a percentage where the ledger takes one, else the net price; None if neither comes to
        the cent."""
        full = quantity * price
        if full and (self.ours.discount_percent or self.ours.discount_amount):
            percent = half_up(self.ours.discount_percent or HUNDRED * (full - net) / full, DISCOUNT_PLACES)
            if self.terms.discounts and half_up(full * (HUNDRED - percent) / HUNDRED) == net:
                return {"quantity": quantity, "unit_price": price, "discount_percent": percent}
            each = half_up(net / quantity, PRICE_PLACES)
            if half_up(quantity * each) == net:
                return {"quantity": quantity, "unit_price": each}
        return None

    # -------------------------------------------------------------- codes

    def _account(self, product: Product | None) -> Account | None:
        trade = self._trade(product)
        group = product.revenue_group if product is not None and self.terms.side == "sales" else ""
        source = self.ours.account_code or trade.account_code or group
        if not source:
            self.wrong("account_not_mapped", "account_code", "neither the line nor its product names an account")
            return None
        code = self._resolved("account", "account_code", source)
        return self.facts.reference.account(code) if code else None

    def _rate(self, product: Product | None) -> TaxRate | None:
        source = self.ours.tax_code or self._trade(product).tax_code
        if self.content.tax_mode == "none" or not source:
            return None
        code = self._resolved("tax", "tax_code", source)
        return self.facts.reference.tax_rate(code) if code else None

    def _resolved(self, kind: MappingKind, part: str, source: str) -> str:
        """The ledger's code, "" where there is none to be used."""
        said = (kind, source, self.terms.side, self.facts.mappings, self.facts.reference)
        if wrong := mapping.wrong_with(*said):
            self.wrong(wrong[0], part, wrong[1])
            return ""
        target = mapping.resolve(*said)
        return target.code if target is not None else ""

    def _taxed(self, account: Account | None, rate: TaxRate | None) -> None:
        """The line with its codes; without a tax code of its own the account's default is the ledger's choice."""
        if rate is None and account is not None and not self.ours.tax_code:
            rate = self.facts.reference.tax_rate(account.tax_code) if self.content.tax_mode != "none" else None
        if rate is not None and account is not None and not mapping.fits(rate, account):
            self.wrong("tax_not_for_account", "tax_code", f"{rate.name} cannot stand on account {account.code}")
        self.tax = tax_of(self.amount, rate.rate, self.content.tax_mode) if rate is not None else ZERO
        self.line = self.line.model_copy(
            update={
                "account_code": account.code if account is not None else "",
                "tax_code": rate.code if rate is not None else "",
                "tax_amount": self._own_tax(),
            }
        )

    def _own_tax(self) -> Decimal | None:
        """The tax that was pushed, where it is another than what the ledger would make of the line."""
        given = self.ours.tax_amount
        if given is None or given == self.tax or self.content.tax_mode == "none":
            return None
        if given != half_up(given):
            self.wrong("too_many_decimals", "tax_amount", f"{given:f} has more than two decimals")
            return None
        if abs(given) > abs(self.amount):
            self.wrong("tax_too_large", "tax_amount", f"{given:f} is more than the line's {self.amount:f}")
            return None
        self.tax = given
        return given

    def _tracking(self) -> Iterator[Tracking]:
        """By name: what the line says itself, and what its location (or the document's) is mapped to."""
        named: set[str] = set()
        for each in self._wanted_tracking():
            if each.category.casefold() not in named:
                named.add(each.category.casefold())
                yield each
        if len(named) > MOST_TRACKING:
            self.wrong("tracking_too_many", "tracking", f"the ledger holds {MOST_TRACKING} on a line")

    def _wanted_tracking(self) -> Iterable[Tracking]:
        reference = self.facts.reference
        for each in self.ours.tracking:
            if mapping.check("location", f"{each.category}/{each.option}", "", reference).problem:
                self.wrong("tracking_unknown", "tracking", f"the ledger has no active {each.category}/{each.option}")
            else:
                yield each
        location = self.ours.location or self.content.location
        if location:
            option = mapping.option_of(self._resolved("location", "location", location), reference)
            if option is not None:
                yield Tracking(category=option[0].name, option=option[1].name)


def rounded(said: Said, pushed: Decimal | None, mode: TaxMode, facts: Facts) -> Said:
    """The lines with a rounding line where the total is cents away, or with what is wrong about it (D6).

    ``pushed``: the total that the CRM says; None where it leaves that to the ledger.
    """
    total = said.total(mode)
    wanted = pushed if pushed is not None else total + said.adrift
    difference = wanted - total
    if not difference:
        return said
    told = f"the lines come to {total:f}, not to {wanted:f}"
    account = next((a for a in facts.reference.accounts if a.system == "rounding" and a.status == "active"), None)
    if difference != half_up(difference):
        return _with(said, Problem("too_many_decimals", "total", f"{wanted:f} has more than two decimals"))
    if abs(difference) > _cents(said):
        return _with(said, Problem("totals_differ", "total", told))
    if facts.settings.rounding_difference == "refuse" or account is None:
        return _with(said, Problem("rounding_difference", "total", told))
    tax = facts.reference.tax_rate("NONE")
    line = Line(
        id=ROUNDING,
        description=ROUNDING,
        quantity=ONE,
        unit_price=difference,
        account_code=account.code,
        tax_code=tax.code if tax is not None and mode != "none" else "",
    )
    return Said((*said.lines, line), said.net + difference, said.tax, said.problems)


def adding_up(said: Said, given: Decimal | None, mode: TaxMode) -> Said:
    """The lines, with a problem where the subtotal is another one by more than cents: those go with the total's.

    Where the lines include their tax, the subtotal may or may not.
    """
    net = said.net - said.tax if mode == "inclusive" else said.net
    if given is None or min(abs(given - net), abs(given - said.net)) <= _cents(said):
        return said
    return _with(said, Problem("totals_differ", "subtotal", f"the lines come to {net:f}, not to {given:f}"))


def _cents(said: Said) -> Decimal:
    """How far totals may be away for another way of rounding: a cent a line."""
    return Decimal("0.01") * max(2, len(said.lines)) + abs(said.adrift)


def _with(said: Said, problem: Problem) -> Said:
    return replace(said, problems=(*said.problems, problem))


def same_lines(one: Sequence[Line], other: Sequence[Line]) -> bool:
    """Whether the first says nothing that the second does not; what it leaves blank is the ledger's to say."""
    return len(one) == len(other) and all(_says(ours, theirs) for ours, theirs in zip(one, other, strict=True))


def are_those(sent: Sequence[Line], theirs: Sequence[Line]) -> bool:
    """Whether the ledger's lines are those that were sent. A new one went without an id: the ledger gave it one."""
    if len(sent) != len(theirs):
        return False
    named = (
        line if line.id else line.model_copy(update={"id": there.id}) for line, there in zip(sent, theirs, strict=True)
    )
    return same_lines(tuple(named), theirs)


def _says(ours: Line, theirs: Line) -> bool:
    if ours.id != theirs.id or bool(ours.discount_percent) != bool(theirs.discount_percent):
        return False
    for name in ("product_id", "description", "quantity", "unit_price", "discount_percent", "tax_code", "tax_amount"):
        mine = getattr(ours, name)
        if mine not in (None, "") and _plain(mine) != _plain(getattr(theirs, name)):
            return False
    tracked = {(each.category, each.option) for each in ours.tracking}
    return ours.account_code in ("", theirs.account_code) and tracked == {
        (each.category, each.option) for each in theirs.tracking
    }


def _plain(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value
