// Shows what /_sandbox/messages lists. Everything goes in as text, never as markup.
"use strict";

const KINDS = { alimtalk: "알림톡 도착", memo: "나에게 보내기" };
const SHOWN = 500;
const clock = new Intl.DateTimeFormat("ko-KR", { dateStyle: "short", timeStyle: "medium", timeZone: "Asia/Seoul" });
const rooms = new Map(); // recipient -> its <section>
const bubbles = new Map(); // message id -> its <li>

function copyOf(template) {
  return document.getElementById(template).content.firstElementChild.cloneNode(true);
}

function roomOf(recipient) {
  if (!rooms.has(recipient)) {
    const room = copyOf("room");
    room.querySelector("h2").textContent = recipient;
    room.querySelector("ol").setAttribute("aria-label", recipient);
    rooms.set(recipient, room);
  }
  return rooms.get(recipient);
}

function buttonOf({ name, url }) {
  const isLink = /^https?:\/\//i.test(url);
  const button = document.createElement(isLink ? "a" : "span");
  button.textContent = name;
  if (isLink) Object.assign(button, { href: url, target: "_blank", rel: "noopener noreferrer", title: url });
  return button;
}

function bubbleOf(message) {
  const bubble = copyOf("bubble");
  bubble.querySelector(".kind").textContent = KINDS[message.channel] || message.channel;
  bubble.querySelector(".text").textContent = message.text;
  bubble.querySelector(".buttons").replaceChildren(...message.buttons.map(buttonOf));
  const time = bubble.querySelector("time");
  time.dateTime = message.accepted_at;
  time.textContent = clock.format(new Date(message.accepted_at));
  return bubble;
}

function statusText({ status, delivery_code: code }) {
  return { accepted: "접수됨", delivered: "전달됨" }[status] || `전달 실패 (${code})`;
}

function add(message) {
  const bubble = bubbleOf(message);
  const room = roomOf(message.recipient);
  const list = room.querySelector("ol");
  bubbles.set(message.id, bubble);
  list.append(bubble);
  document.getElementById("rooms").prepend(room); // who wrote last comes first
  list.scrollTop = list.scrollHeight;
}

function dropGone(messages) {
  const ids = new Set(messages.map((message) => message.id));
  for (const [id, bubble] of bubbles) {
    if (ids.has(id)) continue;
    bubble.remove();
    bubbles.delete(id);
  }
  for (const [recipient, room] of rooms) {
    if (room.querySelector("li")) continue;
    room.remove();
    rooms.delete(recipient);
  }
}

function show({ messages, total }) {
  dropGone(messages);
  for (const message of messages) {
    if (!bubbles.has(message.id)) add(message);
    const status = bubbles.get(message.id).querySelector(".status");
    status.textContent = statusText(message);
    status.className = `status ${message.status}`;
  }
  document.getElementById("empty").hidden = messages.length > 0;
  document.getElementById("count").textContent = total > messages.length
    ? `전체 ${total}건 중 최근 ${messages.length}건` : `전체 ${total}건`;
}

async function refresh() {
  try {
    const answer = await fetch(`/_sandbox/messages?limit=${SHOWN}`);
    show(await answer.json());
  } catch {
    document.getElementById("count").textContent = "연결이 끊겼습니다. 다시 시도합니다.";
  }
  setTimeout(refresh, 1500);
}

refresh();
