"""Names as businesses have them, by number: always the same ones, no two alike."""

from __future__ import annotations

FIRST = (
    *("Harbour", "Nordlicht", "Müller", "Cedar", "Atlas", "Riverside", "Schäfer", "Dubois", "García", "Kowalski"),
    *("Quay", "Summit", "Lefèvre", "Bergmann", "Oak", "Silver", "O'Brien", "Rossi", "Jansen", "Lindqvist"),
)
TRADE = ("Events", "Hire", "Technik", "Catering", "Logistics", "Bau", "Studio", "Traiteur", "Lighting", "Marquees")
LEGAL = ("Ltd", "GmbH", "Limited", "SARL", "S.L.", "B.V.", "AB", "Pty Ltd", "", "& Co. KG")


def company_name(number: int) -> str:
    """The name of this number."""
    first, rest = FIRST[number % len(FIRST)], number // len(FIRST)
    trade, rest = TRADE[rest % len(TRADE)], rest // len(TRADE)
    legal, rest = LEGAL[rest % len(LEGAL)], rest // len(LEGAL)
    return " ".join(part for part in (first, trade, _place(rest), legal) if part)


def _place(number: int) -> str:
    """A place name made of syllables; number 0 has none."""
    syllables = ("wick", "ham", "ford", "berg", "ville", "stad", "ton", "dal", "mere", "by")
    text = ""
    while number:
        number, place = divmod(number, len(syllables))
        text = syllables[place] + text
    return text.capitalize()
