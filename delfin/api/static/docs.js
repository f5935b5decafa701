// The docs page: find operations, and send reads from the page.
"use strict";

const search = document.getElementById("search");
search.addEventListener("input", () => {
  const words = search.value.toLowerCase();
  for (const box of document.querySelectorAll("details")) {
    box.hidden = !box.querySelector("summary").textContent.toLowerCase().includes(words);
  }
});

// A link to a schema opens it.
function openTarget() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target) target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();

function address(box) {
  let path = box.dataset.path;
  const query = new URLSearchParams();
  for (const field of box.querySelectorAll("input[data-name]")) {
    if (field.dataset.in === "path") {
      path = path.replace(`{${field.dataset.name}}`, encodeURIComponent(field.value));
    } else if (field.dataset.in === "query" && field.value) {
      query.set(field.dataset.name, field.value);
    }
  }
  const text = query.toString();
  // The page is at /v1/docs below whatever prefix a proxy gives it.
  return new URL(`..${path}${text && "?" + text}`, location.href);
}

async function send(box, shown) {
  const url = address(box);
  try {
    const answer = await fetch(url);
    const text = await answer.text();
    const total = answer.headers.get("X-Total-Count");
    let body = text;
    try { body = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it is */ }
    shown.textContent = `GET ${url.pathname}${url.search}\n${answer.status}` +
      `${total === null ? "" : `, ${total} in all`}\n\n${body}`;
  } catch (problem) {
    shown.textContent = String(problem);
  }
}

for (const box of document.querySelectorAll("details.operation.get")) {
  const button = document.createElement("button");
  const shown = document.createElement("pre");
  button.textContent = "Try it";
  shown.hidden = true;
  button.addEventListener("click", () => { shown.hidden = false; send(box, shown); });
  box.append(button, shown);
}
