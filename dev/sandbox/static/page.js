// One trainee's KakaoTalk at a time: reads /_sandbox/chat again and again, and says what is typed or tapped.
import { buttonOf, dayOf, make, nodeOf, timeOf } from "/static/bubbles.js";

const POLL_MS = 1000;
const SHOWN = 300;
const $ = (id) => document.getElementById(id);
const drawn = new Map(); // id of an entry -> { node, as: the JSON it was drawn from }
let current = null; // name of the room that is shown
let waiting = 0; // answers that are on their way
let timer = 0;
let asked = 0; // an older answer must not replace a newer one

const pathOf = (room, rest = "") => `/_sandbox/chat/${encodeURIComponent(room)}${rest}`;

function chosen() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ""; // a lone % in the address
  }
}

function titleOf(room) {
  if (room.startsWith("memo:")) return `나에게 보내기 · ${room.slice(5)}`;
  if (room.startsWith("stranger-")) return `새 사람 ${room.slice(9)}`;
  return room.replace(/^(\d{3})(\d{3,4})(\d{4})$/, "$1-$2-$3");
}

async function call(method, path, body) {
  const options = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(path, options);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error || `HTTP ${answer.status}`);
  return told;
}

function notice(text, trouble = false) {
  if ($("notice").textContent !== text) $("notice").textContent = text;
  $("notice").classList.toggle("trouble", trouble);
}

// --- the rooms

function drawRooms(rooms) {
  const key = JSON.stringify([current, rooms.map(({ room, newest }) => [room, newest])]);
  if ($("rooms").dataset.key === key) return;
  $("rooms").dataset.key = key;
  const focused = $("rooms").contains(document.activeElement) && document.activeElement.dataset.room;
  $("rooms").replaceChildren(...rooms.map((each) => make("li", "", roomButton(each))));
  $("rooms").querySelector(`[data-room="${CSS.escape(focused || "")}"]`)?.focus();
  $("picker").replaceChildren(...rooms.map(({ room }) => new Option(titleOf(room), room, false, room === current)));
}

function roomButton({ room, text, at }) {
  const face = make("span", "face", room.startsWith("stranger-") ? "?" : room.startsWith("memo:") ? "나" : room.slice(-2));
  face.setAttribute("aria-hidden", "true");
  const button = make("button", "room", face, make("span", "name", titleOf(room)),
    make("time", "", at ? timeOf(at) : ""), make("span", "last", text.replace(/\s+/g, " ") || "아직 대화가 없습니다"));
  button.type = "button";
  button.dataset.room = room;
  if (room === current) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => choose(room));
  return button;
}

function choose(room) {
  location.hash = encodeURIComponent(room); // the page can be opened at a room
}

async function openRoom() {
  try {
    choose((await call("POST", "/_sandbox/chat", {})).room);
    $("text").focus();
  } catch (error) {
    notice(`대화방을 열지 못했습니다: ${error.message}`, true);
  }
}

// --- the chosen room

function drawRoom({ room, entries, quick_replies: replies, ...settings }) {
  const log = $("log");
  const isNew = log.dataset.shown !== room;
  const atEnd = isNew || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  log.dataset.shown = room;
  $("title").textContent = titleOf(room);
  const isOther = isNew || [...drawn.keys()].some((id, place) => entries[place]?.id !== id);
  log.setAttribute("aria-live", isOther ? "off" : "polite"); // old messages are not read out as news
  if (isOther) {
    drawn.clear();
    log.replaceChildren();
  }
  for (const [place, entry] of entries.entries()) drawEntry(entry, entries[place - 1]);
  drawReplies(replies);
  drawSettings(settings, isNew);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function drawEntry(entry, before) {
  const as = JSON.stringify(entry);
  const old = drawn.get(entry.id);
  if (old?.as === as) return;
  const node = nodeOf(entry, say);
  if (old) {
    old.node.replaceWith(node);
  } else {
    if (!before || dayOf(before.at) !== dayOf(entry.at)) $("log").append(make("p", "day", dayOf(entry.at)));
    $("log").append(node);
  }
  drawn.set(entry.id, { node, as });
}

function drawReplies(replies) {
  const box = $("quick-replies");
  const key = JSON.stringify(replies);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  box.replaceChildren(...replies.map((reply) => buttonOf(reply, "QUICKREPLY_BUTTON", say)));
  box.hidden = replies.length === 0;
}

function drawSettings(settings, isNew) {
  $("callback").checked = settings.callback;
  $("bot-user-key").textContent = settings.bot_user_key;
  if (isNew) $("app-user-id").value = settings.app_user_id || "";
}

async function say(said) {
  const room = current;
  waiting += 1;
  notice("");
  if ($("quick-replies").contains(document.activeElement)) $("log").focus({ preventScroll: true });
  $("quick-replies").hidden = true;
  $("log").scrollTop = $("log").scrollHeight;
  try {
    const answer = call("POST", pathOf(room, "/say"), said);
    setTimeout(refresh, 50); // what was said shows while the answer is awaited
    await answer;
  } catch (error) {
    notice(`보내지 못했습니다: ${error.message}`, true);
  }
  waiting -= 1;
  $("quick-replies").dataset.key = "";
  await refresh();
  $("log").scrollTop = $("log").scrollHeight;
}

async function change(settings) {
  try {
    await call("PUT", pathOf(current), settings);
    notice("저장했습니다.");
  } catch (error) {
    notice(`저장하지 못했습니다: ${error.message}`, true);
  }
  refresh();
}

async function sendHook({ hook, told }) {
  try {
    await call("POST", pathOf(current, `/${hook}`), JSON.parse(told));
    $("menu").open = false;
    notice("");
  } catch (error) {
    notice(error.message.includes("app_user_id") ? "먼저 카카오 회원번호를 저장하세요." : `알리지 못했습니다: ${error.message}`, true);
  }
  refresh();
}

// --- again and again

async function refresh() {
  clearTimeout(timer);
  const mine = ++asked;
  try {
    const { rooms } = await call("GET", "/_sandbox/chat");
    const room = chosen() || (rooms.find((each) => each.room === current) || rooms[0])?.room || null;
    const shown = room && (await call("GET", pathOf(room, `?limit=${SHOWN}`)));
    if (mine === asked) draw(rooms, room, shown);
    if ($("notice").dataset.lost) notice("");
    delete $("notice").dataset.lost;
  } catch {
    notice("샌드박스와 연결이 끊겼습니다. 다시 시도합니다.", true);
    $("notice").dataset.lost = "yes";
  }
  clearTimeout(timer);
  timer = setTimeout(refresh, POLL_MS);
}

function draw(rooms, room, shown) {
  current = room;
  for (const id of ["menu", "composer", "log"]) $(id).hidden = !room;
  $("empty").hidden = Boolean(room);
  $("picker-label").hidden = !room;
  drawRooms(rooms.some((each) => each.room === room) || !room ? rooms : [{ room, newest: 0, text: "", at: null }, ...rooms]);
  if (shown) drawRoom(shown);
  else $("title").textContent = "대화방이 없습니다";
  const awaited = waiting > 0 && !$("notice").classList.contains("trouble");
  if (awaited) notice("답을 기다리고 있습니다…");
  else if ($("notice").textContent === "답을 기다리고 있습니다…") notice("");
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  say({ text });
});
$("picker").addEventListener("change", () => choose($("picker").value));
$("callback").addEventListener("change", () => change({ callback: $("callback").checked }));
$("account").addEventListener("submit", (event) => {
  event.preventDefault();
  change({ app_user_id: $("app-user-id").value.trim() || null });
});
for (const button of document.querySelectorAll(".open-room")) button.addEventListener("click", openRoom);
for (const button of document.querySelectorAll("[data-hook]")) button.addEventListener("click", () => sendHook(button.dataset));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("menu").open) {
    $("menu").open = false;
    $("menu").querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  if (!$("menu").contains(event.target)) $("menu").open = false;
});
addEventListener("hashchange", refresh);
refresh();
