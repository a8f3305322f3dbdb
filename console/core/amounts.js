// Sums of money to the cent on decimal strings, as the hub and the ledger round them: half away from nought.

function exact(text) {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  return { units: BigInt(sign + whole + part), places: part.length };
}

const tens = (places) => 10n ** BigInt(places);

function toCents({ units, places }) {
  if (places <= 2) return units * tens(2 - places);
  const scale = tens(places - 2);
  const [rounded, rest] = [units / scale, units % scale];
  return rounded + (2n * (rest < 0n ? -rest : rest) >= scale ? (units < 0n ? -1n : 1n) : 0n);
}

function said(cents) {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, "0");
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** What a line comes to before tax is added; "" where it says no quantity or no price. */
export function lineAmount({ quantity, unit_price: price, discount_percent: percent, discount_amount: off }) {
  if (!quantity || !price) return "";
  const [many, each, less] = [exact(quantity), exact(price), exact(percent || "0")];
  const full = { units: many.units * each.units, places: many.places + each.places };
  if (off && !percent) {
    const taken = exact(off);
    const places = Math.max(full.places, taken.places);
    return said(toCents({ units: full.units * tens(places - full.places) - taken.units * tens(places - taken.places), places }));
  }
  return said(toCents({ units: full.units * (100n * tens(less.places) - less.units), places: full.places + less.places + 2 }));
}

/** Amounts added up. */
export const sumOf = (amounts) => said(amounts.reduce((sum, amount) => sum + toCents(exact(amount || "0")), 0n));
