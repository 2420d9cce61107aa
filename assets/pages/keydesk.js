// The one script of the pages: a form with data-key asks the security key before it is sent. Nothing else needs a script.
"use strict";

(() => {
  const bytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (c) => c.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };

  // https://www.w3.org/TR/webauthn-3/#sctn-parseRequestOptionsFromJSON, for browsers that have no such function yet.
  const asked = (json) => ({
    ...json,
    challenge: bytes(json.challenge),
    allowCredentials: (json.allowCredentials ?? []).map((known) => ({ ...known, id: bytes(known.id) })),
    hints: ["security-key"],
  });
  const answered = (credential) => ({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: text(credential.response.clientDataJSON),
      authenticatorData: text(credential.response.authenticatorData),
      signature: text(credential.response.signature),
      ...(credential.response.userHandle && { userHandle: text(credential.response.userHandle) }),
    },
    clientExtensionResults: {},
  });

  const askKey = async (form, button) => {
    const failed = form.querySelector("[data-failed]");
    const waiting = form.querySelector("[data-waiting]");
    failed.hidden = true;
    waiting.hidden = false;
    try {
      const credential = await navigator.credentials.get({ publicKey: asked(JSON.parse(form.dataset.key)) });
      form.elements.namedItem("assertion").value = JSON.stringify(answered(credential));
      form.requestSubmit(button);
    } catch {
      failed.hidden = false;
    } finally {
      waiting.hidden = true;
    }
  };

  // Where a field has to say something first, nobody's key is asked while it says nothing.
  const isForKey = ({ elements, dataset }) =>
    !dataset.keyWith || elements.namedItem(dataset.keyWith).value.trim() !== "";

  for (const form of document.querySelectorAll("form[data-key]")) {
    form.addEventListener("submit", (event) => {
      if (isForKey(form) && form.elements.namedItem("assertion").value === "") {
        event.preventDefault();
        askKey(form, event.submitter);
      }
    });
  }
})();
