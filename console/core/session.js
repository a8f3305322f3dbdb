// Who is signed in. The token lives in memory only; a reload signs in again, which an open session makes silent.
import { t } from "../texts.js";
import { readdress } from "./route.js";

const KEPT = "ledgerlink.signing-in"; // what must survive the trip to the sign-in page; never a token
const AS = "ledgerlink.as";           // local stack only: who to be, so that a way back from the ledger finds it
const POPUP = "ledgerlink.popup";

export class SignInFailed extends Error {}

class Session {
  token = "";
  claims = {};
  #refresh = "";
  #renewing = null;
  #later = false; // somebody was asked to sign in and put it off

  constructor(config) {
    this.config = config;
    this.base = config.api || "";
  }

  get role() { return this.claims["ledgerlink/role"] || "viewer"; }
  get email() { return this.claims.email || this.claims.username || ""; }

  may(what) {
    if (what === "read") return true;
    return what === "admin" ? this.role === "admin" : ["admin", "finance"].includes(this.role);
  }

  take(token, refresh = "") {
    this.token = token;
    this.claims = claimsOf(token);
    this.#refresh = refresh || this.#refresh;
    this.#later = false;
  }

  /** A fresh token without leaving the page, if there is any way; several askers share one attempt. */
  renew(calm = false) {
    if (calm && this.#later) return false;
    this.#renewing ??= this.#renewed().finally(() => { this.#renewing = null; });
    return this.#renewing;
  }

  async #renewed() {
    try {
      const as = sessionStorage.getItem(AS);
      if (this.config.local && as) {
        this.take(await localToken(as));
        return true;
      }
      if (this.#refresh) return await this.#byRefreshToken();
    } catch { /* then a person has to */ }
    this.#later = true;
    return this.ask ? this.ask() : false;
  }

  async #byRefreshToken() {
    const { oauth, server, client, options } = await issuer(this.config);
    const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), this.#refresh, options);
    const tokens = await oauth.processRefreshTokenResponse(server, client, answer);
    this.take(tokens.access_token, tokens.refresh_token);
    return true;
  }

  /** Signs in in a window of its own, so that what was typed here stays. Resolves to whether it worked. */
  inWindow() {
    const opened = open(`${location.pathname}?signin=window`, "ledgerlink-signin", "width=520,height=680");
    return new Promise((resolve) => {
      const end = (worked) => { removeEventListener("message", heard); clearInterval(closed); resolve(worked); };
      const heard = (event) => {
        if (event.origin !== location.origin || !event.data?.ledgerlinkToken) return;
        this.take(event.data.ledgerlinkToken, event.data.refresh);
        end(true);
      };
      const closed = setInterval(() => { if (!opened || opened.closed) end(false); }, 500);
      addEventListener("message", heard);
    });
  }

  signOut() {
    this.token = "";
    sessionStorage.clear();
    location.assign(this.config.logout || location.pathname);
  }
}

/** Reads the configuration and signs in, if need be by way of the sign-in page (then it never returns). */
export async function openSession() {
  const config = await configuration();
  const session = new Session(config);
  const asked = new URLSearchParams(location.search);
  if (config.local) {
    const as = asked.get("as") || sessionStorage.getItem(AS);
    if (as) {
      sessionStorage.setItem(AS, as);
      session.take(await localToken(as));
      return session;
    }
  }
  if (asked.has("code") || asked.has("error")) return finish(session, asked);
  if (asked.get("signin") === "window") sessionStorage.setItem(POPUP, "1");
  return begin(config);
}

async function configuration() {
  try {
    const answer = await fetch("/console/config.json");
    if (answer.ok) return await answer.json();
  } catch { /* said below */ }
  throw new SignInFailed(t.signIn.noConfiguration);
}

async function localToken(as) {
  const body = { sub: as, email: `${as}@local.example`, role: as, companies: ["*"] };
  const answer = await fetch("/local/token", { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new SignInFailed(t.signIn.failed);
  return (await answer.json()).token;
}

async function issuer(config) {
  const oauth = await import("../vendor/oauth4webapi.js");
  const options = config.local ? { [oauth.allowInsecureRequests]: true } : {};
  const url = new URL(config.issuer, location.href);
  const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options));
  return { oauth, server, client: { client_id: config.client_id }, options };
}

async function begin(config) {
  const { oauth, server } = await issuer(config);
  const kept = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(),
    back: location.search.replace(/[?&]signin=window/, "") + location.hash };
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
  const to = new URL(server.authorization_endpoint);
  to.search = new URLSearchParams({
    client_id: config.client_id, redirect_uri: `${location.origin}/`, response_type: "code",
    scope: config.scope || "openid email profile", state: kept.state, code_challenge_method: "S256",
    code_challenge: await oauth.calculatePKCECodeChallenge(kept.verifier),
  });
  location.assign(to);
  return new Promise(() => {});
}

async function finish(session, asked) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  sessionStorage.removeItem(KEPT);
  if (!kept || asked.get("error")) {
    throw new SignInFailed(asked.get("error_description") || asked.get("error") || t.signIn.failed);
  }
  const { oauth, server, client, options } = await issuer(session.config);
  try {
    const told = oauth.validateAuthResponse(server, client, new URL(location.href), kept.state);
    const answer = await oauth.authorizationCodeGrantRequest(
      server, client, oauth.None(), told, `${location.origin}/`, kept.verifier, options);
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer);
    session.take(tokens.access_token, tokens.refresh_token);
    handOver(tokens);
  } catch (error) {
    throw new SignInFailed(error.error_description || t.signIn.failed);
  }
  readdress(kept.back);
  return session;
}

/** In the window that was opened only to sign in: give the token to the page that waits, and close. */
function handOver(tokens) {
  if (!sessionStorage.getItem(POPUP) || !window.opener) return;
  sessionStorage.removeItem(POPUP);
  window.opener.postMessage({ ledgerlinkToken: tokens.access_token, refresh: tokens.refresh_token }, location.origin);
  close();
}

function claimsOf(token) {
  const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.codePointAt(0))));
}
