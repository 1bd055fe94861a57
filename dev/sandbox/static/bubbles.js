// Draws one entry of a room's log. Everything goes in as text, never as markup.

const clock = new Intl.DateTimeFormat("ko-KR", { timeStyle: "short", timeZone: "Asia/Seoul" });
const day = new Intl.DateTimeFormat("ko-KR", { dateStyle: "full", timeZone: "Asia/Seoul" });
const KINDS = { alimtalk: "알림톡 도착", memo: "나에게 보내기" };

export const timeOf = (at) => clock.format(new Date(at));
export const dayOf = (at) => day.format(new Date(at));

export function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

// say: called with what a tapped button says, as in POST chat/R/say.
export function nodeOf(entry, say) {
  if (entry.kind === "event") return eventOf(entry);
  const time = make("time", "", timeOf(entry.at));
  time.dateTime = entry.at;
  if (entry.kind === "said") return make("div", "mine", make("span", "unseen", "나"), make("p", "bubble", entry.text), time);
  const face = make("span", "face", "갓");
  face.setAttribute("aria-hidden", "true");
  const bubbles = make("div", "bubbles", ...bubblesOf(entry, say));
  return make("div", "theirs", face, make("span", "from", "갓생 코치"), bubbles, time);
}

function eventOf({ text, status }) {
  const taken = status >= 200 && status < 300;
  const told = status ? `앱의 응답 ${status}` : "앱이 답하지 않음";
  return make("p", taken ? "event" : "event refused", `${text} · ${told}`);
}

function bubblesOf(entry, say) {
  switch (entry.kind) {
    case "answer": return entry.outputs.map((output) => outputOf(output, say));
    case "interim": return [make("p", "bubble interim", entry.text || "답을 준비하고 있어요")];
    case "failure": return [failureOf(entry)];
    case "violation": return [violationOf(entry)];
    default: return [messageOf(entry, say)];
  }
}

function failureOf({ text, reason }) {
  return make("p", "bubble failure", text, make("span", "small", `블록의 실패 메시지 (${reason})`));
}

function violationOf({ violations, answer }) {
  const list = make("ul", "", ...violations.map((each) => make("li", "", each)));
  const raw = make("details", "", make("summary", "", "앱이 보낸 답"), make("pre", "", answer));
  return make("div", "bubble violation", make("strong", "", "카카오톡에 보이지 않을 답입니다"), list, raw);
}

function messageOf(message, say) {
  const buttons = message.buttons.map(({ name, url }) =>
    url ? { label: name, action: "webLink", webLinkUrl: url } : { label: name, action: "keyword" });
  return make("div", "card",
    make("p", "kind", KINDS[message.kind] || message.kind),
    make("p", "words", message.text),
    buttonsOf(buttons, "", say),
    make("p", `foot ${message.status}`, statusOf(message)));
}

function statusOf({ status, delivery_code: code }) {
  return { accepted: "접수됨", delivered: "전달됨" }[status] || `전달 실패 (${code})`;
}

function outputOf(output, say) {
  const [[kind, shown]] = Object.entries(output);
  switch (kind) {
    case "simpleText": return make("p", "bubble", shown.text);
    case "simpleImage": return make("div", "card", pictureOf(shown.altText));
    case "listCard": return listOf(shown, say);
    default: return cardOf(shown, say);
  }
}

function pictureOf(words) {
  return make("p", "picture", `그림: ${words || "설명 없음"}`);
}

function cardOf(card, say) {
  return make("div", "card",
    card.thumbnail && pictureOf(card.thumbnail.altText),
    card.title && make("p", "heading", card.title),
    card.description && make("p", "words", card.description),
    buttonsOf(card.buttons, card.buttonLayout, say));
}

function listOf(card, say) {
  const items = card.items.map((item) => make("li", "", itemOf(item, say)));
  return make("div", "card",
    make("p", "heading", card.header.title),
    make("ul", "items", ...items),
    buttonsOf(card.buttons, card.buttonLayout || "horizontal", say));
}

function itemOf(item, say) {
  const words = [make("span", "", item.title), item.description && make("span", "", item.description)];
  if (item.link) return linkTo(item.link.web, ...words);
  if (item.action) return tappable(item.title, item, "LIST_ITEM", say, ...words);
  return make("div", "", ...words);
}

function buttonsOf(buttons, layout, say) {
  if (!buttons || !buttons.length) return null;
  return make("div", `buttons ${layout || "vertical"}`, ...buttons.map((button) => buttonOf(button, "CARD_BUTTON", say)));
}

export function buttonOf(button, kind, say) {
  if (button.action === "webLink") return linkTo(button.webLinkUrl, button.label);
  return tappable(button.label, button, kind, say, button.label);
}

function linkTo(url, ...words) {
  const link = make(/^https?:[/][/]/i.test(url) ? "a" : "span", "", ...words);
  if (link.tagName === "A") Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer", title: url });
  return link;
}

function tappable(label, button, kind, say, ...words) {
  const node = make("button", "", ...words);
  node.type = "button";
  const said = saidBy(label, button, kind);
  if (said) node.addEventListener("click", () => say(said));
  else node.disabled = true; // a call, a share: nothing happens in the chat
  return node;
}

function saidBy(label, { action, messageText, extra, blockId }, kind) {
  if (action === "keyword") return { text: label }; // a bot keyword of an AlimTalk
  if (action !== "message" && action !== "block") return null;
  return { text: messageText || label, extra, block_id: blockId, trigger: `${kind}_${action.toUpperCase()}` };
}
