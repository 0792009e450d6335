// The panel works without this file; with it, pages follow what happens by themselves.
"use strict";

document.documentElement.classList.add("scripted");

// Countdowns: the server says how many seconds are left when it writes the page.
function countDown(root) {
  for (const box of root.querySelectorAll("[data-countdown]")) {
    const end = performance.now() + Number(box.dataset.countdown) * 1000;
    const clock = box.querySelector("[data-clock]");
    const bar = box.querySelector("progress");
    const tick = () => {
      if (!box.isConnected) return;
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      if (clock) clock.textContent = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
      if (bar) bar.value = left;
      box.classList.toggle("soon", left < 120);
      if (left > 0) setTimeout(tick, 250);
      else ended(box.dataset.ended);
    };
    if (Number(box.dataset.countdown) > 0) tick();
  }
}

function ended(name) {
  for (const part of document.querySelectorAll(`[data-when-ended="${name}"]`)) part.hidden = false;
  for (const part of document.querySelectorAll(`[data-until-ended="${name}"]`)) part.hidden = true;
  for (const part of document.querySelectorAll(`[data-ended="${name}"]`)) part.classList.add("over");
}

// Copy buttons beside the facts of the pay-in card, and the button that prints it.
function copyButtons(root) {
  const words = root.querySelector("[data-copy-label]");
  for (const fact of root.querySelectorAll("[data-copy]")) {
    if (!words || !navigator.clipboard) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = words.dataset.copyLabel;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(fact.dataset.copy);
      button.textContent = words.dataset.copiedLabel;
      button.classList.add("copied");
      setTimeout(() => {
        button.textContent = words.dataset.copyLabel;
        button.classList.remove("copied");
      }, 1600);
    });
    fact.after(button);
  }
  for (const button of root.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

async function fetched(url) {
  const answer = await fetch(url, { headers: { accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// The calculator: the office computes; the script only carries the question and the answer.
function calculate() {
  const box = document.querySelector("[data-calculator]");
  if (!box) return;
  const form = box.closest("form");
  let asked = 0;
  const ask = async (changed) => {
    const number = ++asked;
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (name !== "form_token") fields.set(name, value);
    }
    if (changed === "gives_amount") fields.set("was_gets_amount", fields.get("gets_amount"));
    if (changed === "gets_amount") fields.set("was_gives_amount", fields.get("gives_amount"));
    const page = await fetched(box.dataset.calculator + "?" + fields);
    if (!page || number !== asked) return;
    for (const name of ["gives_amount", "gets_amount"]) {
      const mine = box.querySelector(`#${name}`);
      const fresh = page.querySelector(`#${name}`).value;
      if (mine !== document.activeElement) mine.value = fresh;
    }
    for (const name of ["was_gives_amount", "was_gets_amount", "fix"]) {
      box.querySelector(`[name="${name}"]`).value = page.querySelector(`[name="${name}"]`).value;
    }
    // What is being typed counts as the value before, so the next key press is the change.
    for (const name of ["gives_amount", "gets_amount"]) {
      box.querySelector(`[name="was_${name}"]`).value = box.querySelector(`#${name}`).value;
    }
    for (const name of ["gives", "gets"]) {
      box.querySelector(`[name="${name}"]`).value = page.querySelector(`[name="${name}"]`).value;
    }
    box.querySelector(".result").innerHTML = page.querySelector(".result").innerHTML;
  };
  let timer = 0;
  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(event.target.name), event.target.tagName === "SELECT" ? 0 : 220);
  });
}

// Live rates on the first page.
function followRates() {
  const box = document.querySelector("[data-rates]");
  if (!box || !window.EventSource) return;
  const table = box.querySelector("[data-rates-table]");
  const live = box.querySelector(".live");
  const source = new EventSource(box.dataset.events);
  source.addEventListener("open", () => { live.hidden = false; });
  source.addEventListener("error", () => { live.hidden = true; });
  source.addEventListener("rates", async (event) => {
    const shown = table.querySelector("[data-version]");
    if (shown && shown.dataset.version === event.data) return;
    const page = await fetched(box.dataset.rates);
    if (page && page.querySelector("table")) table.replaceChildren(...page.body.childNodes);
  });
}

// An order's page looks again when the office says that the order changed.
function followOrder() {
  const order = document.getElementById("order");
  if (!order || !order.dataset.events || !window.EventSource) return;
  const source = new EventSource(order.dataset.events);
  source.addEventListener("order", async (event) => {
    const shown = document.getElementById("order");
    if (shown.dataset.orderVersion === event.data) return;
    const page = await fetched(location.href);
    const fresh = page && page.getElementById("order");
    if (!fresh) return;
    const open = shown.querySelector("details.history");
    const history = fresh.querySelector("details.history");
    if (open && history) history.open = open.open;
    shown.replaceWith(fresh);
    if (!fresh.dataset.events) source.close();
    countDown(fresh);
    copyButtons(fresh);
  });
}

countDown(document);
copyButtons(document);
calculate();
followRates();
followOrder();
