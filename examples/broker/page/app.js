import { MQTTClient } from "./mqtt.js";

const element = (id) => document.getElementById(id);
const shownAtMost = 200;
let client = null;
let count = 0;

// The address may come with the page's own: ?url=ws://127.0.0.1:8080/mqtt
element("url").value = new URLSearchParams(location.search).get("url") ?? "ws://127.0.0.1:8080/mqtt";

function show(state, words) {
  element("state").dataset.state = state;
  element("state").textContent = words;
  const isConnected = state === "connected";
  for (const id of ["subscribe", "publish"]) element(id).disabled = !isConnected;
  element("connect").textContent = isConnected ? "Disconnect" : "Connect";
}

/** Runs what a form asks for, and shows why it failed if it did. */
function onSubmit(id, action) {
  element(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await action();
    } catch (error) {
      show(client ? "connected" : "failed", error.message);
    }
  });
}

onSubmit("connection", async () => {
  if (client) return client.disconnect();
  show("connecting", "connecting …");
  const opened = new MQTTClient(element("url").value, {
    version: Number(element("version").value),
    user: element("user").value,
    password: element("password").value,
  });
  opened.addEventListener("message", ({ detail }) => showMessage(detail));
  opened.addEventListener("close", ({ detail }) => {
    if (client === opened) show("idle", `closed (${detail.code})`);
    client = null;
    element("filters").replaceChildren();
  });
  await opened.connect();
  client = opened;
  show("connected", `connected as ${opened.clientId}`);
});

onSubmit("subscription", async () => {
  const filter = element("filter").value;
  const qos = await client.subscribe(filter, 1);
  const item = document.createElement("li");
  item.textContent = `${filter} · QoS ${qos}`;
  element("filters").append(item);
});

onSubmit("publication", () =>
  client.publish(element("topic").value, element("payload").value, {
    qos: Number(element("qos").value),
    retain: element("retain").checked,
  }),
);

function showMessage({ topic, text, qos, retain }) {
  const item = document.createElement("li");
  const parts = {
    topic,
    facts: `QoS ${qos}${retain ? " · retained" : ""} · ${new Date().toLocaleTimeString()}`,
    text,
  };
  for (const [name, words] of Object.entries(parts)) {
    const part = document.createElement("span");
    part.className = name;
    // As text, never as markup: anybody may have sent it.
    part.textContent = words;
    item.append(part);
  }
  const list = element("messages");
  list.prepend(item);
  while (list.childElementCount > shownAtMost) list.lastElementChild.remove();
  element("count").textContent = ++count;
}
