// Linking would overwrite values: the differences first, then a person says yes.
import { html } from "../core/html.js";
import { Problem } from "../core/api.js";
import { confirm } from "./dialogs.js";
import { Diff } from "./basics.js";
import { t } from "../texts.js";

/** Calls `attempt(false)`; where the API asks for a confirmation, shows what it told and calls `attempt(true)`. */
export async function confirmOverwriting(kind, attempt) {
  try {
    return await attempt(false);
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 428) throw problem;
    let done = null;
    const said = await confirm({
      title: t.overwriting.title, words: t.overwriting.words, label: t.overwriting.confirm,
      children: html`<${Diff} diff=${problem.rest.diff} kind=${kind} from=${t.overwriting.there} to=${t.overwriting.here} />`,
      act: async () => { done = await attempt(true); },
    });
    return said ? done ?? true : null;
  }
}
