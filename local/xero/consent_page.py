"""The page on which a person lets an app into an organisation: one button each, and one to decline."""

from collections.abc import Iterable
from html import escape

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem;color:#1d2b36}
button{display:block;width:100%;margin:.5rem 0;padding:.8rem 1rem;font:inherit;text-align:left;cursor:pointer;
border:1px solid #9fb3c1;border-radius:6px;background:#f4f8fb}button:hover,button:focus{background:#dcebf5}
.decline{border-color:#c9b0b0;background:#fbf6f6}code{font-size:.85em}
"""


def consent_page(organisations: Iterable[tuple[str, str]], query: dict[str, str], scopes: Iterable[str]) -> str:
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in query.items()
    )
    buttons = "".join(
        f'<button name="auto" value="{escape(id)}">Allow access to <strong>{escape(name)}</strong></button>'
        for id, name in organisations
    )
    wanted = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in scopes)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Allow access - Xero simulator</title>'
        f"<style>{_STYLE}</style></head><body><h1>Allow access?</h1>"
        f"<p>The app <strong>{escape(query.get('client_id', ''))}</strong> wants:</p><ul>{wanted}</ul>"
        f'<form method="get">{kept}{buttons}'
        f'<button class="decline" name="auto" value="deny">Cancel</button></form>'
        f"<p>This is the Xero simulator, not Xero.</p></body></html>"
    )
