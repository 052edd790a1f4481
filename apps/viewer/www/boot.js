// Finds the key, checks it, and only then starts the page.
//
// The key comes with the printed address (?secret=...). trame takes it from there and clears the
// address; it is kept for this tab, so that reloading works. Browsers may deny storage to a frame in
// a page of another name, as a notebook's at localhost is: then the frame's name keeps it, which only
// those can read who wrote the key into the frame's address.
(async () => {
  const STORE = "voxnca-key";
  const main = document.currentScript.dataset.main;
  const address = new URL(window.location.href);
  const given = address.searchParams.get("secret");

  function explain(title, text) {
    const box = document.createElement("div");
    box.className = "voxnca-gate";
    box.setAttribute("role", "alert");
    const heading = document.createElement("h1");
    heading.textContent = title;
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    box.append(heading, paragraph);
    document.querySelector("#app").replaceChildren(box);
  }

  function storage() {
    try {
      return sessionStorage;
    } catch {
      return null;
    }
  }

  const store = storage();
  if (store && given) store.setItem(STORE, given);
  else if (given) window.name = given;
  const key = store ? store.getItem(STORE) : window.name;
  if (!key) {
    explain(
      "This page needs its key",
      "Open the whole address that voxnca printed in the terminal: the key is part of it.",
    );
    return;
  }
  const headers = { Authorization: `Bearer ${key}` };
  const answer = await fetch("key", { headers }).catch(() => null);
  if (!answer) {
    explain("voxnca does not answer", "Is it still running? Start it again in the terminal.");
    return;
  }
  if (!answer.ok) {
    store?.removeItem(STORE);
    explain(
      "This key is not valid",
      "voxnca has a new key at every start. Open the address that it printed last.",
    );
    return;
  }
  const socket = new URL("ws", document.baseURI);
  socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("sessionURL", socket.href); // else trame asks for a launcher first
  address.searchParams.set("secret", key);
  window.history.replaceState({}, "", address);
  window.voxncaKey = key;
  await import(new URL(main, document.baseURI).href);
})();
