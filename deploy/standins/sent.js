// Shows new messages without losing what the reader has opened or how far they have scrolled.
setInterval(async () => {
  try {
    const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
    const now = document.getElementById("sent"), next = page.getElementById("sent");
    if (now.dataset.newest !== next.dataset.newest) now.replaceWith(next);
    document.body.classList.remove("away");
  } catch {
    document.body.classList.add("away");
  }
}, 2000);
